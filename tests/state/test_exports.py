"""Files as programs write them: what is read from each, or why it is refused."""

from __future__ import annotations

import codecs

import pytest

from components.state.own_data.reading import read
from components.state.own_data.sentences import Refused

FILES: dict[str, tuple[bytes, list[float] | str]] = {
    # R
    "write.csv.csv": (
        b'"","eruptions","waiting"\n"1",3.6,79\n"2",1.8,54\n"3",3.333,74\n"4",NA,62\n"5",4.533,85\n',
        [3.6, 1.8, 3.333, 4.533],
    ),
    "write.csv2.csv": (
        '"";"Gewicht";"Größe"\n"1";70,5;1,75\n"2";81,2;1,82\n"3";NA;1,69\n'.encode("cp1252"),
        [70.5, 81.2],
    ),
    "write.table.txt": (
        b'"Sepal.Length" "Species"\n"51" 7 "versicolor"\n"101" 6.3 "virginica"\n"1" 5.1 "setosa"\n',
        [7, 6.3, 5.1],
    ),
    "print.txt": (b" [1] 79 54 74 62 85\n [6] 55 88 85 51 85\n", [79, 54, 74, 62, 85, 55, 88, 85, 51, 85]),
    "dput.txt": (b"c(3.6, 1.8, 3.333, 2.283)\n", [3.6, 1.8, 3.333, 2.283]),
    "summary-table.csv": (b'"Var1","Freq"\n"0",109\n"1",65\n"2",22\n"3",3\n', "how often each value was observed"),
    # Excel, in English, German and French; as Unicode text; with its own separator line
    "excel-us.csv": (
        b'Date,Amount,Units\r\n1/2/2024,"$1,234.50",12\r\n1/3/2024,$987.20,9\r\n1/4/2024,"$2,345.60",15\r\n',
        [1234.5, 987.2, 2345.6],
    ),
    "excel-de.csv": (
        codecs.BOM_UTF8 + "Datum;Betrag;Stück\r\n02.01.2024;1.234,50 €;12\r\n03.01.2024;987,20 €;9\r\n".encode(),
        [1234.5, 987.2],
    ),
    "excel-fr.csv": (
        "Nom;Taux;Prix\r\nAnne;12,5%;1\u00a0234,50\u00a0€\r\nBenoît;#DIV/0!;987,20\u00a0€\r\nZoé;11,9%;56,00\u00a0€\r\n".encode(
            "cp1252"
        ),
        [12.5, 11.9],
    ),
    "excel-unicode.txt": ("Größe\tZahl\r\n1,75\t4\r\n1,82\t5\r\n#NV\t6\r\n".encode("utf-16"), [1.75, 1.82]),
    "excel-sep.csv": (b"sep=;\r\nx;y\r\n1,5;2\r\n2,5;3\r\n7,5;9\r\n", [1.5, 2.5, 7.5]),
    "excel.xlsx": (b"PK\x03\x04\x14\x00\x06\x00", "a zip archive or a spreadsheet"),
    # SPSS, with its own missing values and labels
    "spss.csv": (
        codecs.BOM_UTF8 + b"id,sex,score\r\n1,female,.50\r\n2,male, \r\n3,female,1.25\r\n4,male,#NULL!\r\n",
        [0.5, 1.25],
    ),
    "spss.dat": (b"id\tscore\tage\n1\t12,50\t23\n2\t.\t31\n3\t-99,00\t27\n4\t9,75\t25\n", "stand for a missing one"),
    # LibreOffice: all text quoted, and a table of tabs
    "calc.csv": (b'"Probe","Wert"\n"A1","1,75"\n"A2","2,50"\n"A3","1,10"\n', [1.75, 2.5, 1.1]),
    "calc.tsv": (b"year\theight\n2020\t170.1\n2020\t165.2\n2020\t180.3\n", [170.1, 165.2, 180.3]),
    # pandas, numpy, a notebook
    "to_csv.csv": (b",x,label\n0,1.5,a\n1,2.5,b\n2,9.5,a\n", [1.5, 2.5, 9.5]),
    "to_string.txt": (b"      x label\n0   1.5     a\n1   2.5     b\n2  10.5     a\n", [1.5, 2.5, 10.5]),
    "savetxt.txt": (b"# x y\n1.500000000000000000e+00 2.0e+00\n2.500000000000000000e+00 3.0e+00\n", [1.5, 2.5]),
    "markdown.md": (b"| x | n |\n|--:|--:|\n| 1.5 | 3 |\n| 2.5 | 4 |\n", "how often each value was observed"),
    # laboratory instruments
    "spectrometer.csv": (
        b"Instrument: UV-1800;;\r\nDate;2024-05-01;\r\nGain;5;\r\n\r\nWavelength [nm];Abs;Flag\r\n400,0;0,152;ok\r\n"
        b"410,0;0,161;ok\r\n420,0;<0,01;low\r\n",
        [400, 410, 420],
    ),
    "logger.txt": (b"; Logger 3\r\n; started 2024-05-01 10:00\r\n21.5\r\n22.1\r\n19.8\r\n", [21.5, 22.1, 19.8]),
    "balance.txt": (b"   12.503 g\r\n   12.498 g\r\n   12.51 g\r\n", [12.503, 12.498, 12.51]),
    "assay.csv": (b"sample,ng/mL\n1,5.2\n2,<0.5\n3,12.4*\n4,7.9\n", "“ng.mL” cannot be used: row 4 .“12.4.”."),
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_programs(name):
    content, expected = FILES[name]
    if isinstance(expected, str):
        with pytest.raises(Refused, match=expected):
            read(content)
    else:
        assert list(read(content).values) == expected
