"""The words and the label tree that synthetic catalogues are made of: all lists are fixed, whatever the seed.

2,500 labels: 40 groups, 5 kinds in each, 11 or 12 narrow labels under each kind (`Footwear`, `Boot`, `Quilted Boot`).
A label's code is its place in LABELS.
"""

import itertools
import random

import numpy as np


def _split(text: str) -> list[str]:
    return text.split()


_TREE = """
Footwear: Sneaker Boot Sandal Loafer Slipper
Outerwear: Jacket Coat Parka Raincoat Blazer
Knitwear: Sweater Cardigan Hoodie Pullover Poncho
Trousers: Jeans Shorts Leggings Chinos Dungarees
Formalwear: Suit Gown Tuxedo Waistcoat Necktie
Headwear: Hat Cap Beanie Beret Helmet
Luggage: Backpack Handbag Suitcase Wallet Tote
Jewellery: Ring Necklace Bracelet Earring Brooch
Timepieces: Wristwatch Clock Stopwatch Sundial Hourglass
Eyewear: Sunglasses Goggles Spectacles Monocle Visor
Seating: Chair Sofa Stool Bench Armchair
Tables: Desk Nightstand Sideboard Workbench Lectern
Storage: Shelf Cabinet Wardrobe Drawer Basket
Bedding: Mattress Pillow Blanket Duvet Quilt
Lighting: Lamp Chandelier Lantern Candle Torch
Textiles: Rug Curtain Towel Cushion Tablecloth
Cookware: Pan Pot Wok Kettle Casserole
Tableware: Plate Bowl Cup Goblet Jug
Cutlery: Knife Fork Spoon Ladle Whisk
Appliances: Oven Toaster Blender Fridge Dishwasher
Electronics: Laptop Tablet Telephone Camera Monitor
Audio: Headphone Speaker Microphone Amplifier Radio
Instruments: Guitar Piano Violin Drum Flute
Toys: Doll Puzzle Kite Robot Marble
Sports: Ball Racket Bat Glove Goal
Fitness: Dumbbell Treadmill Barbell Kettlebell Trampoline
Cycling: Bicycle Tricycle Scooter Unicycle Saddle
Vehicles: Car Truck Van Bus Motorcycle
Boats: Canoe Kayak Sailboat Raft Ferry
Camping: Tent Hammock Stove Cooler Compass
Gardening: Shovel Rake Hoe Wheelbarrow Sprinkler
Plants: Cactus Fern Palm Orchid Bonsai
Flowers: Rose Tulip Lily Daisy Sunflower
Tools: Hammer Drill Saw Wrench Screwdriver
Stationery: Pen Pencil Notebook Stapler Eraser
Print: Book Poster Magazine Calendar Postcard
Cosmetics: Lipstick Perfume Shampoo Lotion Soap
Fruit: Apple Banana Orange Mango Grape
Beverages: Coffee Tea Juice Wine Lemonade
Pets: Leash Aquarium Kennel Birdcage Hutch
"""
ADJECTIVES = _split("""
    Antique Bamboo Bright Canvas Carved Ceramic Checked Classic Compact Copper Cotton Curved Decorative Dotted
    Embroidered Enamel Flat Floral Folding Framed Glazed Golden Handmade Heavy Hollow Leather Linen Marbled Matte
    Miniature Modern Mosaic Narrow Oval Padded Painted Patterned Plain Polished Portable Printed Quilted Retro Ribbed
    Round Rustic Silver Slim Soft Square Stackable Steel Striped Tall Travel Velvet Vintage Wide Wooden Woven
""")
GROUPS = [line.split(":")[0] for line in _TREE.split("\n") if line]
KINDS = [kind for line in _TREE.split("\n") if line for kind in line.split(":")[1].split()]
KINDS_A_GROUP = 5
CLOTHES = 6
"""The first so many groups are clothes, which come in sizes."""

_chance = random.Random(2500)  # noqa: S311 - made-up names need no secrecy
FEWEST_NARROW = 11
_extra = set(_chance.sample(range(len(KINDS)), 60))
NARROW = [_chance.sample(range(len(ADJECTIVES)), FEWEST_NARROW + (kind in _extra)) for kind in range(len(KINDS))]
"""For each kind the adjectives of its narrow labels."""
LABELS = [*GROUPS, *KINDS, *(f"{ADJECTIVES[a]} {kind}" for kind, some in zip(KINDS, NARROW, strict=True) for a in some)]
_narrow_kind = [kind for kind, some in enumerate(NARROW) for _ in some]
PARENT = np.array(
    [-1] * len(GROUPS)
    + [kind // KINDS_A_GROUP for kind in range(len(KINDS))]
    + [len(GROUPS) + kind for kind in _narrow_kind]
)
"""For each label the code of the one above it, -1 for none."""
GRANDPARENT = np.array([PARENT[parent] if parent >= 0 else -1 for parent in PARENT])
FIRST_NARROW = len(GROUPS) + len(KINDS) + np.cumsum([0, *map(len, NARROW[:-1])])
"""For each kind the code of its first narrow label."""

CATEGORIES = [f"{GROUPS[number // KINDS_A_GROUP]} / {kind}" for number, kind in enumerate(KINDS)]
_SYLLABLES = _split(
    "ba bel cor dan del fen gar hal ior jun kal lor mar nev ola pel quin ros sal tor ula ven wil yar zen"
)


def _names(count: int, syllables: int) -> list[str]:
    made = ["".join(some).capitalize() for some in itertools.product(_SYLLABLES, repeat=syllables)]
    return sorted(_chance.sample(made, count))


MODELS = _names(2_000, 3)
BRANDS = _names(120, 2)
MATERIALS = _split("""
    Acrylic Aluminium Brass Cotton Glass Leather Linen Nylon Oak Polyester Rubber Silk Steel Stone Vinyl Wool
""")
SEASONS = ["Winter", "Spring", "Summer", "Autumn"]
SIZES = ["XS", "S", "M", "L", "XL"]
COLOURS = _split("Black White Grey Blue Red Green Brown Beige Pink Yellow Orange Purple")
_WHATS = _split("""
    hero detail packshot lifestyle banner sale new archive press outlet launch bundle studio outdoor seasonal
""")
_WHERES = _split("""
    front back shop web print social newsletter catalogue draft final retouched raw gift bestseller review
    spring summer autumn winter clearance
""")
TAGS = [f"{what} {where}" for what in _WHATS for where in _WHERES]
UPLOADERS = [f"studio-{number:02}@example.com" for number in range(1, 13)]
PICTURE_SIZES = np.array(
    [(4000, 3000), (3000, 4000), (2400, 2400), (6000, 4000), (1920, 1080), (1080, 1920), (1600, 1200), (1200, 1600),
     (1000, 1000), (800, 600), (640, 640), (480, 320), (-1, -1)], np.int32)  # fmt: skip
