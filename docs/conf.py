"""How the documentation is built: ``sphinx-build -n -W -b html docs docs/_build/html``."""

import importlib
import sys
from functools import cache
from inspect import get_annotations, ismodule
from pathlib import Path
from types import MemberDescriptorType

from docutils import nodes

import incidentcore
from incidentcore import __version__

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for what stands beside this file
sys.path.append(str(Path(__file__).resolve().parent / "importers"))  # that pages show and import

project = "incidentcore"
author = "The incidentcore developers"
copyright = "The incidentcore developers"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.doctest",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "myst_nb",
    "gallery_pages",
    "llms_file",
    "proof_pages",
    "room_lists",
    "rule_links",
    "schema_files",
    "search_words",
    "term_links",
]
exclude_patterns = ["_build"]
nitpicky = True
default_role = "literal"

html_theme = "furo"
html_title = "incidentcore"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "tango"
pygments_dark_style = "monokai"

# A copied example is what one types: no prompts and no answers.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# What comes from a base of ours is shown where it is used; what comes from these is Python's.
foreign = [
    "object",
    "BaseException",
    "Enum",
    "Generic",
    "Mapping",
    "Protocol",
    "Sequence",
    "dict",
    "str",
    "tuple",
]
autodoc_default_options = {
    "members": True,
    "imported-members": True,
    "undoc-members": True,
    "inherited-members": ", ".join(foreign),
}
autodoc_member_order = "alphabetical"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 110
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Units", "notes_style"), ("Source", "notes_style")]

# The inventory is committed (docs/python_inventory.py writes it), so the build needs no network.
intersphinx_mapping = {"python": ("https://docs.python.org/3", "python.inv")}

# These files are written beside the pages of HTML alone, from the list that links to them.
linkcheck_ignore = [r"\.\./schemas/\w+\.json"]

# Notebooks are pages of text (tests/test_notebooks.py runs them as well). Every build runs them, in
# a kernel of its own environment; a cell that fails, fails the build.
myst_enable_extensions = ["deflist"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 60
nb_merge_streams = True

trim_doctest_flags = True
doctest_test_doctest_blocks = "default"
# Examples can be pasted as they stand: nothing is imported for them here. They run where the files
# are that a page shows; a condition of ``:skipif:`` imports what it asks.
doctest_global_setup = f"""__import__("os").chdir({str(Path(__file__).parent / "howto")!r})"""

# What no room exports has no entry: type variables, internal classes that stand in a signature
# under their module, and names that only type checkers import. What a page itself refers to is
# written with its room and is checked.
nitpick_ignore_regex = [
    (r"py:\w+", r"incidentcore(\.\w+){3,}|incidentcore\.\w+\.[A-Z](_co)?"),
    (r"py:(class|exc|obj)", r"\w+"),
    # Their pages are not in our inventory.
    (r"py:class", r"(hypothesis|sqlalchemy)\..*|os\.PathLike|collections\.abc\.MutableMapping"),
]


def keep_sentences_whole(*given):
    """Keep napoleon from reading what stands before a colon as a type; types are annotations."""
    _, what, _, _, _, lines = given
    for number, line in enumerate(lines[:-1]):
        if line.strip() in {"Returns:", "Yields:"}:
            text = lines[number + 1]
            indent = len(text) - len(text.lstrip())
            lines[number + 1] = f"{text[:indent]}: {text[indent:]}"  # an empty type
    if what in {"attribute", "property"} and lines:
        lines[:0] = ["..", ""]  # an empty comment


def leave_out_fields(app, what, name, value, *_):
    """Leave out what stands elsewhere.

    A field of attrs stands in the docstring of its class, a member that a class inherits from
    another class of the reference at that class.
    """
    is_slot = isinstance(value, MemberDescriptorType) or repr(value) == "SLOTS_ATTR"
    is_key = value is not None and value is getattr(dict, name, None)  # a TypedDict's "items"
    here = app.env.current_document
    cls = getattr(sys.modules.get(here.autodoc_module), here.autodoc_class or "", None)
    is_inherited = what == "class" and name in described_bases(cls)
    return True if is_slot or is_key or is_inherited else None


@cache
def public_classes():
    """Return the name in the reference of each class that a room exports."""
    rooms = [name for name in dir(incidentcore) if ismodule(getattr(incidentcore, name))]
    exports = [(room, importlib.import_module(f"incidentcore.{room}")) for room in rooms]
    return {
        value: f"incidentcore.{room}.{name}"
        for room, module in reversed(exports)
        for name in getattr(module, "__all__", ())
        if isinstance(value := getattr(module, name), type)
    }


@cache
def private_homes():
    """Return the name of the class that shows the members of each base which no room exports.

    Of its heirs it is the one with the fewest bases, and of several the first by name.
    """
    heirs = sorted(public_classes().items(), key=lambda pair: (len(pair[0].__mro__), pair[1]))
    found = {}
    for cls, name in heirs:
        for base in cls.__mro__:
            if base.__module__.startswith("incidentcore") and base not in public_classes():
                found.setdefault(base, name)
    return found


@cache
def described_bases(cls):
    """Return the members of a class that another class of the reference shows, with that class."""
    found = {}
    for base in reversed(cls.__mro__ if isinstance(cls, type) else ()):
        if base is cls:
            found |= dict.fromkeys((*vars(cls), *vars(cls).get("__annotations__", ())))
        elif home := public_classes().get(base):
            found |= dict.fromkeys((*dir(base), *get_annotations(base)), home)
        elif home := private_homes().get(base):
            found |= dict.fromkeys(vars(base), home if home != public_classes().get(cls) else None)
    return {name: home for name, home in found.items() if home and not name.startswith("_")}


def name_bases(*given):
    """Say at the end of a class whose members it has as well."""
    _, what, _, value, _, lines = given
    described = described_bases(value) if what == "class" else {}
    bases = {public_classes().get(base) for base in value.__mro__} if described else ()
    homes = sorted({home for home in described.values() if home in bases})
    if homes:
        links = ", ".join(f":py:class:`~{home}`" for home in homes)
        lines += ["", f"It also has the members of {links}.", ""]
    for home in sorted({home for home in described.values() if home not in bases}):
        names = ", ".join(f"``{name}``" for name, one in described.items() if one == home)
        lines += ["", f"It has {names} as :py:class:`~{home}` does.", ""]


def leave_out_what_the_page_says(app, what, *given):
    """Leave out the first sentence of a package that stands at the top of its page already."""
    lines = given[-1]
    if what == "module":
        page = Path(app.env.doc2path(app.env.current_document.docname)).read_text(encoding="utf-8")
        first = next((number for number, line in enumerate(lines) if not line), len(lines))
        if " ".join(" ".join(lines[:first]).split()) in " ".join(page.split()):
            del lines[:first]


def show_factories(*given):
    """Show a default that a factory makes as an ellipsis."""
    *_, signature, returns = given
    return (signature or "").replace("= NOTHING", "= ...") or signature, returns


def leave_docstrings_to_the_suite(app, doctree):
    """Show a docstring's example without running it: the suite runs it where its names are."""
    if app.env.current_document.docname.startswith("reference/"):
        for block in list(doctree.findall(nodes.doctest_block)):
            text = block.astext()
            block.replace_self(nodes.literal_block(text, text, language="pycon"))


def setup(app):
    """Hook in; napoleon's own priority is 500."""
    app.connect("autodoc-process-docstring", keep_sentences_whole, priority=400)
    app.connect("autodoc-process-docstring", leave_out_what_the_page_says, priority=800)
    app.connect("autodoc-process-signature", show_factories)
    app.connect("autodoc-process-docstring", name_bases, priority=900)
    app.connect("autodoc-skip-member", leave_out_fields)
    app.connect("doctree-read", leave_docstrings_to_the_suite)
