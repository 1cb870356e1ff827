from console.commands.verbs_page import PAGE, verbs_page


def test_the_page_of_the_verbs_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == verbs_page()
