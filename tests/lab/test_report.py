"""The report in a real browser: Chromium without a window, and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_support import require_browser
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from qgen import compose
from qgen.compose import reporting
from qgen.compose.picturing import Given

ROOT = Path(__file__).parent.parent.parent
SPEC = ROOT / "specs" / "arm-virt.yaml"
EVIL = "</script></style><img src=x onerror=alert(1)><script>alert(2)</script>\"'&amp;"


def browser(*, scripts: bool = True, dark: bool = False) -> webdriver.Chrome:
    chromium, driver = require_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        "--window-size=1400,1000",
        "--proxy-server=127.0.0.1:9",
        *(["--force-dark-mode"] if dark else []),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        setting = "profile.managed_default_content_settings.javascript"
        options.add_experimental_option("prefs", {setting: 2})
    service = webdriver.ChromeService(executable_path=str(driver))
    return webdriver.Chrome(options=options, service=service)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "board.html"
    file.write_text(reporting.report(compose.resolve(SPEC), Given()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def chrome() -> Iterator[webdriver.Chrome]:
    driver = browser()
    yield driver
    driver.quit()


def lit(chrome: webdriver.Chrome) -> list[str]:
    """The lines of the spec that are marked."""
    found = chrome.find_elements(By.CSS_SELECTOR, "aside .line.lit")
    return [each.text for each in found]


def box(chrome: webdriver.Chrome, name: str) -> WebElement:
    """The box of a region in the map."""
    xpath = f"//section[@id='map']//*[name()='g'][*[name()='text'][.='{name}']]"
    found = chrome.find_element(By.XPATH, xpath)
    assert isinstance(found, WebElement)
    return found


def errors(chrome: webdriver.Chrome) -> list[str]:
    logs = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    return [each["message"] for each in logs if each["level"] == "SEVERE"]


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("0x0900_0004", "0x0900_0004 in memory: pl011 + 0x4 (device uart, pl011) "),
        ("0x4000ffff", "0x4000_ffff in memory: mach-virt.ram + 0xffff (ram ram) "),
        ("0x8000000010", "0x0080_0000_0010 in memory: gpex_mmio_window + "),
        ("150994944", "0x0900_0000 in memory: pl011 + 0x0 (device uart, pl011) "),
        ("0x0800f000", "0x0800_f000: nothing answers."),
        ("0xffffffffffffffff", "0xffff_ffff_ffff_ffff: nothing answers."),
        ("pl011", "That is no address: write 0x0900_0000."),
        ("", ""),
    ],
)
def test_a_search_says_what_answers(
    address: str, answer: str, page: Path, chrome: webdriver.Chrome
) -> None:
    chrome.get(page.as_uri())
    chrome.find_element(By.ID, "address").send_keys(address)
    assert chrome.find_element(By.ID, "answer").text.startswith(answer.strip())
    found = chrome.find_elements(By.CSS_SELECTOR, "#map g.lit")
    assert len(found) == (1 if "in memory" in answer else 0)
    if "uart" in answer:
        assert any("at: UART" in line for line in lit(chrome))
    assert errors(chrome) == []


@pytest.mark.parametrize(
    ("region", "line"),
    [
        ("pl011", "at: UART"),
        ("virt.flash1", "at: FLASH1"),
        ("mach-virt.ram", "ram:"),
        ("virtio-mmio ×32", "at: MMIO"),
    ],
)
def test_hovering_over_a_region_shows_its_line(
    region: str, line: str, page: Path, chrome: webdriver.Chrome
) -> None:
    chrome.get(page.as_uri())
    there = box(chrome, region)
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", there)
    ActionChains(chrome).move_to_element(there).perform()
    (shown,) = lit(chrome)
    assert line in shown
    element = chrome.find_element(By.CSS_SELECTOR, "aside .line.lit")
    top, height = (
        chrome.execute_script(f"return arguments[0].getBoundingClientRect().{key}", at)
        for key, at in (("top", element), ("height", element))
    )
    assert 0 <= top <= 1000 - height, "the line is not in view"
    assert chrome.find_elements(By.CSS_SELECTOR, "#c .line.lit"), "no C is marked"
    assert errors(chrome) == []


def test_hovering_over_c_shows_its_line(page: Path, chrome: webdriver.Chrome) -> None:
    chrome.get(page.as_uri())
    xpath = (
        "//section[@id='c']//span[contains(., 'qdev_connect_clock_in(dev, \"clk\"')]"
    )
    line = chrome.find_element(By.XPATH, xpath)
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", line)
    ActionChains(chrome).move_to_element(line).perform()
    assert any("clocks: {clk: apb-pclk}" in text for text in lit(chrome))


def test_every_link_leads_to_a_line_that_is_there(
    page: Path, chrome: webdriver.Chrome
) -> None:
    chrome.get(page.as_uri())
    script = """
      return [...document.querySelectorAll('a')]
        .map((a) => a.getAttribute('href'))
        .filter((h) => !h.startsWith('#') || !document.getElementById(h.slice(1)))"""
    assert chrome.execute_script(script) == []


def test_the_page_loads_nothing(page: Path, chrome: webdriver.Chrome) -> None:
    chrome.get(page.as_uri())
    script = "return performance.getEntriesByType('resource').map((e) => e.name)"
    assert chrome.execute_script(script) == []
    # And could not: the policy forbids it.
    chrome.execute_script(
        "const i = new Image(); i.src = 'http://localhost:9/x.png';"
        "document.body.append(i); fetch('http://localhost:9/').catch(() => {});"
    )
    said = errors(chrome)
    assert said and all("Content Security Policy" in text for text in said), said


def test_the_page_can_be_read_without_scripts(page: Path) -> None:
    chrome = browser(scripts=False)
    try:
        chrome.get(page.as_uri())
        assert not chrome.find_element(By.ID, "search").is_displayed()
        text = chrome.find_element(By.TAG_NAME, "body").text
        for wanted in ("virt.flash0", "sysbus_mmio_map", "0x0900_0000-0x0900_0fff"):
            assert wanted in text
        link = chrome.find_element(By.XPATH, "//section[@id='ranges']//tr[th or td]//a")
        chrome.get(page.as_uri() + str(link.get_dom_attribute("href")))
        marked = chrome.find_element(By.CSS_SELECTOR, ".line:target")
        colour = marked.value_of_css_property("background-color")
        assert colour not in ("rgba(0, 0, 0, 0)", "transparent")
    finally:
        chrome.quit()


def test_a_spec_cannot_run_anything(tmp_path: Path, chrome: webdriver.Chrome) -> None:
    evil = EVIL.replace('"', '\\"')
    spec = tmp_path / "evil.yaml"
    spec.write_text(f"""\
machine: evil
description: "{evil}"  # {EVIL}
arch: arm
cpus: {{default: cortex-a15}}
ram: {{id: "{evil}", default: 16 MiB, max: 64 MiB, at: 0x1000_0000}}
clocks: {{CLK: {{frequency: 1 MHz, comment: "{evil}"}}}}
memory:
  rom: {{kind: rom, name: "{evil} rom", at: 0, size: 64 KiB, comment: "{evil}"}}
  same: {{kind: alias, of: rom, name: "{evil}", at: 0x8000_0000}}
devices:
  stub: {{unimplemented: 4 KiB, name: "{evil}", at: 0x4000_0000}}
  uart: {{type: pl011, at: 0x6000_0000, clocks: {{clk: CLK}}, comment: "{evil}"}}
""")
    text = reporting.report(compose.resolve(spec), Given())
    page = tmp_path / "evil.html"
    page.write_text(text, encoding="utf-8")
    chrome.get(page.as_uri())
    assert chrome.find_elements(By.TAG_NAME, "img") == []
    assert len(chrome.find_elements(By.TAG_NAME, "script")) == 2
    assert EVIL in chrome.find_element(By.TAG_NAME, "body").text
    chrome.find_element(By.ID, "address").send_keys("0x10")
    assert EVIL in chrome.find_element(By.ID, "answer").text
    assert errors(chrome) == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_told_from_its_ground(dark: bool, page: Path) -> None:
    chrome = browser(dark=dark)
    try:
        chrome.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "features": [
                    {
                        "name": "prefers-color-scheme",
                        "value": "dark" if dark else "light",
                    }
                ]
            },
        )
        chrome.get(page.as_uri())
        body = chrome.find_element(By.TAG_NAME, "body")
        ink, ground = (
            _lightness(body.value_of_css_property(name))
            for name in ("color", "background-color")
        )
        assert (ink > ground) is dark
        assert abs(ink - ground) > 0.6
    finally:
        chrome.quit()


def _lightness(colour: str) -> float:
    numbers = [float(n) for n in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    return sum(numbers) / 3 / 255


def test_it_prints_without_the_side_panel_s_scroll(
    page: Path, chrome: webdriver.Chrome
) -> None:
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        chrome.get(page.as_uri())
        side = chrome.find_element(By.TAG_NAME, "aside")
        assert side.value_of_css_property("position") == "static"
        assert not chrome.find_element(By.ID, "search").is_displayed()
    finally:
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
