"""How the page goes over the network: what every answer carries, and whether the server is well."""
