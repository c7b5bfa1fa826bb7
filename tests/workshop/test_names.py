"""The list of names: what an account is called, and which lists are refused."""

import pytest
from names import account_of, read_names


def test_names_become_accounts_and_labels(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("# a class\n\nAda Lovelace\n  Émilie du Châtelet (shown) \n", encoding="utf-8")
    seats = read_names(path)
    assert list(seats) == ["ada-lovelace", "emilie-du-chatelet"]
    assert [each.label for each in seats.values()] == ["seat 1", "Émilie du Châtelet"]


@pytest.mark.parametrize("typed", ["Ada Lovelace", "ada  lovelace", " ADA-LOVELACE "])
def test_a_name_is_known_however_it_is_typed(typed):
    assert account_of(typed) == "ada-lovelace"


@pytest.mark.parametrize("text", ["", "# nobody", "Ada\nada", "Teacher", "42", "../etc", "李"])
def test_lists_that_would_make_trouble_are_refused_with_a_line(text, tmp_path):
    path = tmp_path / "names.txt"
    path.write_text(text, encoding="utf-8")
    if text == "../etc":  # no folder can be named: only letters, figures and hyphens are left
        assert list(read_names(path)) == ["etc"]
    else:
        with pytest.raises(ValueError, match="names.txt"):
            read_names(path)
