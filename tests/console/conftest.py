import pytest


@pytest.fixture(scope="module", autouse=True)
def _quick_passwords(quick_passwords: None) -> None:
    """No test here is about what a password costs."""
