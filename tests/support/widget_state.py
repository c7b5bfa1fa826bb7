"""A widget's state, as a notebook keeps it."""

from ipywidgets.embed import dependency_state


def saved_state(widget):
    """What pages without a kernel are made of."""
    return dependency_state([widget], drop_defaults=False)[widget.model_id]
