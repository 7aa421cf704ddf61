from tools import template_lines


def test_a_line_that_is_too_long_is_named_with_its_file_and_length(tmp_path):
    shared = tmp_path / "templates" / "shared"
    shared.mkdir(parents=True)
    (shared / "_fits.html").write_text("<p>\n" + "→" * template_lines.MOST + "\n", encoding="utf-8")
    (shared / "_long.html").write_text("<p>\n" + "→" * (template_lines.MOST + 1) + "\n</p>\n", encoding="utf-8")
    assert list(template_lines.long_lines(tmp_path / "templates")) == [
        "templates/shared/_long.html:2: 161 columns, at most 160"
    ]


def test_the_check_fails_where_a_template_has_such_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(template_lines, "TEMPLATES", tmp_path)
    (tmp_path / "page.html").write_text("<p>\n")
    assert template_lines.main() == 0
    (tmp_path / "page.html").write_text("<p>" * 60)
    assert template_lines.main() == 1
    assert "page.html:1: 180 columns" in capsys.readouterr().err
