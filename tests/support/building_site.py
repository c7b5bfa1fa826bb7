"""The site, written into a folder of a test's own from the notebooks as they are committed."""

import os

import write_site
from run_notebooks import chosen


def built(folder):
    """The folder of the site, and what Sphinx warned about. VAE_SITE names a site that was written just now."""
    if "VAE_SITE" in os.environ:
        return write_site.Path(os.environ["VAE_SITE"]), ""
    write_site.stage({path.stem: write_site.committed(path) for path in chosen([])}, folder / "source")
    warnings = folder / "warnings"
    write_site.build(folder / "source", folder / "site", "-w", str(warnings))
    return folder / "site", warnings.read_text(encoding="utf-8")


def pages(site):
    return sorted(site.rglob("*.html"))
