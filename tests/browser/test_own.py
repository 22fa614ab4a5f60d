"""Somebody's own data in a real browser: pasted, from a file, in a link, refused."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import em
from components.state import ids
from components.state.address import NO_DATA
from components.state.own_data.sentences import CLOSE, MAX_BYTES
from components.state.sources import own
from components.state.words import FAILED
from components.views import own_panel
from tests.page import RUN, Page
from tests.screens import Screen, seen_on

DRAWN, _ = em.GaussianMixture([0.4, 0.6], [2, 6], [1, 1]).sample(120, np.random.default_rng(8))
VALUES = np.round(DRAWN, 2)

pytestmark = pytest.mark.query(RUN)


@pytest.fixture
def page(page):
    """The page with Run EM open and one's own data chosen."""
    page.choose(ids.SOURCE, "own")
    page.until(lambda: page.element("own-text").is_displayed())
    return page


def paste(page: Page, text: str) -> None:
    page.browser.execute_script("document.getElementById('own-text').value = arguments[0]", text)
    page.element("own-use").click()


def said(page: Page) -> str:
    return page.text("own-said")


def words(page: Page, figure: str) -> str:
    return page.text(ids.sentence(figure)).replace("\N{NO-BREAK SPACE}", " ")


def expected(values: np.ndarray) -> em.Run:
    """The run with the start that the page offers."""
    start = {p.name: p.default for p in own(values.tolist(), em.GaussianMixture).starts[2]}
    means, stds = ([start[f"start_{name}{k}"] for k in (0, 1)] for name in ("mu", "sigma"))
    return em.fit(values, em.GaussianMixture([0.5, 0.5], means, stds), em.StoppingRule(tol=1e-12))


def test_nothing_is_asked_for_until_there_are_data(page):
    page.until(page.element("own-text").is_displayed)
    page.requests()
    assert page.text(ids.RUN_STATUS) == "", "nobody has asked for anything yet"
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.text(ids.RUN_STATUS) == own_panel.WORDS["none"])
    assert page.requests() == []
    for part in (ids.DATA_FIGURE, ids.POSTERIOR_FIGURE, ids.WALK_PLAY, ids.RUN_TABLE):
        assert not page.element(part).is_displayed(), "other data are not on show"
    page.choose(ids.SOURCE, "galaxies")
    page.until(lambda: "Galaxies" in page.text(ids.RUN_NOTE))
    assert not page.element("own-text").is_displayed()
    assert page.text(ids.RUN_STATUS) == ""
    assert page.element(ids.DATA_FIGURE).is_displayed()


def test_run_em_reads_what_was_pasted(page):
    box = page.element("own-text")
    box.send_keys("5.1 4.8 5.5 9.8 10.2")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.observations() == [4.8, 5.1, 5.5, 9.8, 10.2])
    page.until(lambda: page.text(ids.RUN_SENTENCE).startswith("Converged"))
    assert page.text(ids.RUN_STATUS) == ""
    page.requests()
    box.send_keys(" 1O.5")
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: "Among the numbers of row 1: “1O.5”." in said(page))
    assert len(page.observations()) == 5, "the last result stays"
    page.element("own-use").click()
    page.until(lambda: "1O.5" in said(page))


def test_pasted_numbers_run_and_travel_in_the_link(page):
    paste(page, " ".join(map(str, VALUES)))
    page.until(lambda: len(page.observations()) == VALUES.size)
    page.run()
    run = expected(VALUES)
    assert page.tells(run)
    assert said(page).startswith("120 values were read")
    np.testing.assert_allclose(page.observations(), np.sort(VALUES))
    page.type("k", "1")
    page.run()
    assert not page.tells(run)
    one = page.text(ids.RUN_TABLE)
    page.until(lambda: "data=" in page.browser.current_url and "k=1" in page.browser.current_url)
    address = page.browser.current_url
    page.browser.get("about:blank")
    page.browser.get(address)
    page.ready()
    page.until(lambda: page.text(ids.RUN_TABLE) == one)
    np.testing.assert_allclose(page.observations(), np.sort(VALUES))
    page.type("k", "2")
    page.run()
    assert page.tells(run)


def test_a_file_its_columns_and_another_family(page, tmp_path):
    rows = [f"{a:.2f};{b:.1f}".replace(".", ",") for a, b in zip(VALUES, np.abs(VALUES) * 3 + 1, strict=True)]
    file = tmp_path / "class.csv"
    file.write_text("\n".join(["height;weight", *rows[:5], "x;?", *rows[5:]]))
    page.element("own-file").send_keys(str(file))
    page.until(lambda: "column “height”" in said(page))
    assert "decimal commas" in said(page)
    assert "row 7 (“x”): text, not a number" in said(page)
    page.until(lambda: len(page.observations()) == VALUES.size)
    page.run()
    assert page.tells(expected(VALUES))
    Select(page.element("own-column")).select_by_visible_text("weight")
    page.until(lambda: "column “weight”" in said(page))
    page.until(lambda: page.observations()[0] >= 1)
    page.choose(ids.FAMILY, "exponential")
    page.until(lambda: "λ0" in page.text(ids.RUN_TABLE))
    assert page.element(ids.row("start_lambda0")).is_displayed()
    assert not page.element(ids.row("start_mu0")).is_displayed()


def test_other_data_start_from_values_of_their_own(page):
    paste(page, "1 2 3 7 8 9")
    page.until(lambda: "6 observations" in page.text(ids.RUN_NOTE))
    page.type("k", "1")
    page.until(lambda: not page.element(ids.row("start_mu1")).is_displayed())
    paste(page, "101 102 103 107 108 109 110")
    page.until(lambda: "7 observations" in page.text(ids.RUN_NOTE))
    page.type("k", "2")
    start = {p.name: p.default for p in own([101, 102, 103, 107, 108, 109, 110], em.GaussianMixture).starts[2]}
    page.until(lambda: float(page.value(ids.box("start_mu1"))) == start["start_mu1"])
    assert float(page.value(ids.box("start_mu0"))) == start["start_mu0"]


def test_values_close_together_far_from_0_are_told_apart_everywhere(page):
    paste(page, "1000000.1 1000000.2 1000000.3 1000001.1 1000001.2 1000001.3")
    page.until(lambda: "smallest 1000000.1, the largest 1000001.3." in said(page))
    page.until(lambda: "6 observations from 1000000.1 to 1000001.3;" in words(page, ids.DATA_FIGURE))
    page.run()
    assert "2 modes, at 1000000.20 and 1000001.20." in words(page, ids.DATA_FIGURE)
    assert "μ0 1000000.20, μ1 1000001.20," in words(page, ids.PARAMETERS_FIGURE)
    on_show = "return [...document.querySelectorAll('#run-table .on-show')].slice(2, 4).map((cell) => cell.textContent)"
    final = page.browser.execute_script(on_show)
    assert final == ["1000000.200", "1000001.200"]
    ticks = "return [...document.querySelectorAll('#data-figure .xtick text')].map((tick) => tick.textContent)"
    page.until(lambda: "1,000,001" in page.browser.execute_script(ticks))
    page.element(ids.WALK_START).click()
    page.until(lambda: page.browser.execute_script(on_show) != final)
    page.element(ids.WALK_END).click()
    page.until(lambda: page.browser.execute_script(on_show) == final)
    paste(page, "123456.7 123459.2 123499.9")
    page.until(lambda: "3 observations from 123456.7 to 123499.9;" in words(page, ids.DATA_FIGURE))


TABLE = "const { scrollWidth, clientWidth } = document.getElementById('run-table'); return [scrollWidth, clientWidth]"


def assert_table_fits(page: Page) -> None:
    for screen in seen_on(page, Screen(1280, 720), Screen(1366, 768), Screen(1440, 900)):
        needs, has = page.browser.execute_script(TABLE)
        assert needs <= has, screen


@pytest.mark.parametrize("k", [2, 5])
@pytest.mark.parametrize("family", ["gaussian", "exponential"])
def test_estimates_of_many_digits_fit_their_card(page, family, k):
    rng = np.random.default_rng(5)
    drawn = {
        "gaussian": lambda j: -9e8 + 8 * j + rng.normal(size=40),
        "exponential": lambda j: 1e5 * 10**j * rng.exponential(size=40),
    }[family]
    x = np.concatenate([drawn(j) for j in range(k)])
    paste(page, " ".join(f"{value:.12g}" for value in x))
    page.until(lambda: f"{40 * k} observations" in page.text(ids.RUN_NOTE))
    page.choose(ids.FAMILY, family)
    page.type("k", str(k))
    page.choose(ids.START_FROM, "quantiles")
    page.run()
    last = ("μ" if family == "gaussian" else "λ") + str(k - 1)
    assert "Start: Quantiles" in page.text(ids.RUN_NOTE)
    assert last in page.text(ids.RUN_TABLE)
    assert "±" in page.text(ids.RUN_TABLE)
    assert_table_fits(page)


@pytest.mark.parametrize("k", [2, 5])
@pytest.mark.parametrize("source", ["generated", "generated-gaussian", "faithful-waiting"])
def test_estimates_beside_known_values_fit_their_card(page, source, k):
    page.visit(f"{RUN}&source={source}&true_k={k}&k={k}&start_from=quantiles")
    assert_table_fits(page)


def test_from_when_on_values_need_more_digits_is_written_once(page):
    paste(page, "1000000.1 1000000.2 1000000.3 1000001.1 1000001.2 1000001.3")
    page.until(lambda: "from 1000000.1 to 1000001.3;" in words(page, ids.DATA_FIGURE))
    before = page.browser.execute_script(
        "const { config } = emlab.runState.state; return [config.close, config.close = 1e9]"
    )
    assert before == [CLOSE, 1e9]
    page.run()
    page.until(lambda: "from 1.000e6 to 1.000e6;" in words(page, ids.DATA_FIGURE))


def test_negative_values_and_the_exponential_family(page):
    paste(page, "-1 2 3 4 8 9 12")
    page.until(lambda: "7 observations" in page.text(ids.RUN_NOTE))
    table = page.text(ids.RUN_TABLE)
    page.choose(ids.FAMILY, "exponential")
    page.until(lambda: "negative" in page.text(ids.RUN_STATUS))
    assert page.text(ids.RUN_TABLE) == table
    paste(page, "-3 2 3 4 8 9 12 13")
    page.until(lambda: page.value(ids.selected(ids.FAMILY)) == "gaussian")
    page.until(lambda: "8 observations" in page.text(ids.RUN_NOTE))
    assert page.text(ids.RUN_STATUS) == ""


def test_more_values_than_a_link_carries_stay_on_the_page(page):
    values = np.round(em.GaussianMixture([1], [0], [1]).sample(300, np.random.default_rng(0))[0], 3)
    paste(page, "\n".join(map(str, values)))
    page.until(lambda: own_panel.NOT_CARRIED in said(page))
    page.until(lambda: "300 observations" in page.text(ids.RUN_NOTE))
    page.until(lambda: "source=own" in page.browser.current_url)
    assert "data=" not in page.browser.current_url
    address = page.browser.current_url
    page.browser.get("about:blank")
    page.browser.get(address)
    page.ready()
    assert page.text(ids.LINK_PROBLEMS) == NO_DATA
    page.until(lambda: "Exponential mixture" in page.text(ids.RUN_NOTE))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "it is empty"),
        ("text.txt", b"dear class,\nno numbers here\n", "no numbers"),
        ("archive.csv", b"PK\x03\x04" + bytes(100), "zip archive"),
        ("constant.csv", b"3\n3\n3\n3\n", "all 4 values are 3"),
        ("gaps.csv", b"nan\nNA\n\ninf\n", "no numbers"),
    ],
)
def test_files_that_give_no_data_are_refused_in_words_and_nothing_is_lost(page, tmp_path, name, content, words):
    paste(page, "1 2 3 7 8 9")
    page.until(lambda: "6 observations" in page.text(ids.RUN_NOTE))
    (tmp_path / name).write_bytes(content)
    page.element("own-file").send_keys(str(tmp_path / name))
    page.until(lambda: words in said(page))
    page.element(ids.RUN_BUTTON).click()
    page.until(lambda: page.element(ids.RUN_BUTTON).text == "Run EM")
    assert "6 observations" in page.text(ids.RUN_NOTE)


def test_pasted_text_stays_until_a_file_was_read_well(page, tmp_path):
    files = {name: tmp_path / f"{name}.csv" for name in ("huge", "words", "class")}
    files["huge"].write_bytes(b"1\n" * (MAX_BYTES // 2 + 1))
    files["words"].write_text("dear class,\nno numbers here\n")
    files["class"].write_text("height,mass\n1.5,70\n1.75,80\n1.9,60\n")
    page.element("own-text").send_keys("1 2 3 7 8 9")
    for name, refused in (("huge", "bytes; at most"), ("words", "no numbers")):
        page.element("own-file").send_keys(str(files[name]))
        page.until(lambda refused=refused: refused in said(page))
        assert page.value("own-text") == "1 2 3 7 8 9"
    page.element("own-file").send_keys(str(files["class"]))
    page.until(lambda: "column “height”" in said(page))
    assert page.value("own-text") == "", "it is not what is in use"
    page.element("own-text").send_keys("4 5 6")
    Select(page.element("own-column")).select_by_visible_text("mass")
    page.until(lambda: "column “mass”" in said(page))
    assert page.value("own-text") == "4 5 6", "another column is no other file"


def test_the_list_shows_the_column_that_is_in_use(page):
    paste(page, "height,name,mass\n1.5,Ann,70\n1.75,Bob,80\n1.9,Cy,60\n")
    page.until(lambda: "column “height”" in said(page))
    columns = Select(page.element("own-column"))
    columns.select_by_value("name")
    page.until(lambda: "Column “name” has no numbers" in said(page))
    assert said(page).endswith(own_panel.WORDS["kept"].format(column="height"))
    assert page.value("own-column") == "height"
    paste(page, "no numbers here")
    page.until(lambda: "There are no numbers in it" in said(page))
    columns.select_by_visible_text("mass")
    page.until(lambda: "column “mass”" in said(page))
    assert page.value("own-column") == "mass"
    page.until(lambda: page.observations() == [60, 70, 80])


def test_columns_that_cannot_be_used_are_listed_with_the_reason(page):
    paste(page, "year;height;note\n2020;<1;5*\n2020;1,5;6\n2020;2,5;7\n2020;7,5;9")
    page.until(lambda: "column “height”" in said(page))
    assert "1 was left out: row 2 (“<1”): only a limit is known." in said(page)
    options = [option.text for option in Select(page.element("own-column")).options]
    assert options == ["year: all 4 values are 2020", "height", "note: row 2 (“5*”) is no number as a whole"]
    paste(page, "a,b\n5*,1\n5*,1\n")
    page.until(lambda: "Column “a” cannot be used: row 2 (“5*”) is no number as a whole." in said(page))
    assert page.value("own-column") == "", "none of them is in use"
    assert len(Select(page.element("own-column")).options) == 2
    page.until(lambda: page.observations() == [1.5, 2.5, 7.5])


def test_data_with_two_meanings_are_asked_about_and_each_can_be_chosen(page):
    def choices():
        return page.browser.find_elements(By.CSS_SELECTOR, "#own-choices button")

    paste(page, "1.000\n2.000\n5.500\n-999.000")
    page.until(lambda: "row 1 (“1.000”) can be 1 or 1000" in said(page))
    assert [button.text for button in choices()] == ["1.000 is 1", "1.000 is 1000"]
    choices()[1].click()
    page.until(lambda: page.observations() == [-999000, 1000, 2000, 5500])
    assert choices() == []
    paste(page, "1.000\n2.000\n5.500\n-999.000")
    page.until(lambda: len(choices()) == 2)
    choices()[0].click()
    page.until(lambda: "stand for a missing one" in said(page))
    choices()[0].click()
    page.until(lambda: page.observations() == [1, 2, 5.5])
    assert "1 was left out: row 4 (“-999.000”): stands for a missing value." in said(page)
    paste(page, "x;n\n1;2\n3;4\n5;1")
    page.until(lambda: "how often" in said(page))
    choices()[0].click()
    page.until(lambda: page.observations() == [1, 1, 3, 3, 3, 3, 5])
    Select(page.element("own-column")).select_by_value("x")
    page.until(lambda: page.observations() == [1, 3, 5])


def test_a_column_that_does_not_come_is_not_shown_as_the_one_in_use(page):
    paste(page, "height,mass\n1.5,70\n1.75,80\n1.9,60\n")
    page.until(lambda: "column “height”" in said(page))
    page.try_again_after()
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*_dash-update-component*"]})
    Select(page.element("own-column")).select_by_visible_text("mass")
    page.until(lambda: FAILED["failed"] in said(page))
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    assert page.value("own-column") == "height"
    page.element(ids.try_again("own-said")).click()
    page.until(lambda: "column “mass”" in said(page))
    assert page.value("own-column") == "mass"
    assert all("_dash-update-component" in line or "did not respond" in line for line in page.logs())


def test_utf_16_is_read(page, tmp_path):
    (tmp_path / "excel.txt").write_bytes("x\t y\r\n1\t2\r\n4\t5\r\n9\t5\r\n".encode("utf-16"))
    page.element("own-file").send_keys(str(tmp_path / "excel.txt"))
    page.until(lambda: "3 values were read" in said(page))


def test_a_file_of_fifty_megabytes_is_refused_without_being_sent(page, tmp_path):
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(50_000_000)
    page.requests()
    page.element("own-file").send_keys(str(tmp_path / "huge.csv"))
    page.until(lambda: f"This has 50,000,000 bytes; at most {MAX_BYTES:,} are allowed" in said(page))
    assert page.requests() == []


def test_a_hundred_thousand_values_are_read_and_run(page, tmp_path):
    values = np.round(em.GaussianMixture([0.5, 0.5], [0, 5], [1, 1]).sample(100_000, np.random.default_rng(2))[0], 4)
    (tmp_path / "many.txt").write_text("\n".join(map(str, values)))
    page.element("own-file").send_keys(str(tmp_path / "many.txt"))
    page.until(lambda: "100,000 values were read" in said(page))
    page.until(lambda: "100,000 observations" in page.text(ids.RUN_NOTE))
