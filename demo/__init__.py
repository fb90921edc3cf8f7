"""The demo catalogue: 39 free photographs and the product list that goes with them."""
