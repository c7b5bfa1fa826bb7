"""The course's colours, each named by the role that it plays: changing one is changing one line here.

The ten come from Petroff 2021 ("petroff10"), which colour-blind readers can tell apart.
A figure asks for a role, as in ``ROLE["posterior"]``; JavaScript gets the roles that it draws as data. Where colours
only tell series or classes apart, a figure takes them in order from ``SERIES``. No matplotlib here, so that cards and
widgets need not wait for it.
"""

SERIES = (
    "#3f90da",  # blue
    "#ffa90e",  # yellow
    "#bd1f01",  # red
    "#94a4a2",  # grey
    "#832db6",  # purple
    "#a96b59",  # brown
    "#e76300",  # orange
    "#b9ac70",  # olive
    "#717581",  # slate, a dark grey
    "#92dadd",  # pale blue
)
BLUE, YELLOW, RED, GREY, PURPLE, BROWN, ORANGE, OLIVE, SLATE, PALE_BLUE = SERIES
BLACK = "black"

ROLE = {
    "posterior": BLUE,
    "prior": BLACK,
    "reconstruction": YELLOW,  # its nats, as a part of the loss
    "kl": PURPLE,
    # where the bound is taken apart: log p(x) = ELBO of q + gap
    "q": RED,  # an approximation that stands beside the exact posterior
    "elbo": RED,  # q's
    "gap": GREY,
    # of diagrams: a node where chance enters
    "chance": "moccasin",
    # of the diagram of the whole VAE: the parts that a notebook is about, and the others
    "lit": BLUE,
    "lit_face": "#e3effa",
    "unlit": "#6b6b6b",  # 5.3 : 1 on white
    # of cards and buttons, beside a mark and a word
    "right": "#2a8fd0",
    "wrong": "#d5761b",
    "open": "#8a8a8a",
    "frame": "#767676",
    # of the drawing pad in 06: the encoder's distribution, over shades of ink
    "encoder": "#c14700",
    # of HTML figures, where JupyterLab's theme gives no colour
    "page_text": "#1a1a1a",
    "page_note": "#555",
    "page_edge": "#999",
    "page_focus": "#1f6feb",
    "page_button": "#eee",
    # of HTML figures: a line under bars, and the edge of an image
    "axis": "#444",
    "image_edge": "#888",
    "image_edge_light": "#bbbbbb",
}
