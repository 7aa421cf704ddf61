"""Links that are made in another shell lead to where `make run` serves."""

from kernel.serving import PORT, served_port, write_down_port


def test_the_port_of_the_server_is_known_elsewhere(tmp_path):
    assert served_port(tmp_path) == PORT == 8000
    write_down_port(tmp_path, 8150)
    assert served_port(tmp_path) == 8150


def test_a_port_that_is_none_is_passed_over(tmp_path):
    (tmp_path / "port").write_text("?")
    assert served_port(tmp_path) == PORT
