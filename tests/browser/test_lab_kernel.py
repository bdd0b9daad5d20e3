"""Lost connections, restarted kernels, and more slider events than a kernel can answer, in a real JupyterLab."""

import json

import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, run_in_kernel, save_by_keys, write_notebook
from .page import MARK, TWO_FRAMES

pytestmark = pytest.mark.browser

SOURCE = """
import time
from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.viewer.synced.jobs import Jobs


class Counted:
    '''Maps that take 20 ms, and are counted.'''

    computed = []

    def __init__(self, whole):
        self.whole = whole

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def attribution(self, method, instance, target):
        self.computed.append(instance)
        time.sleep(0.02)
        return self.whole.attribution(method, instance, target)


changes = []
viewer = ExplanationViewer(Counted(Explanation.load("kernel.npz")), jobs=Jobs({"checks": iter}))
viewer.observe(lambda change: changes.append(change.new), "instance")
viewer
"""
INSTANCES = 1000
TILE = 4 * 100 * 3
MODEL = f"{MARK}.model"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
# A thousand events of a slider in ten seconds, as the slider itself makes them. Counts the requests for maps, those
# that are not answered yet, and how many of the latter there were at most.
EVENTS = f"""async (count) => {{
  const model = {MODEL}, {{ send, trigger }} = model;
  const slider = await findSlider();
  const requests = window.requests = {{ asked: 0, open: 0, most: 0 }};
  model.send = function (content, ...rest) {{
    if (content.type === "tiles") {{
      requests.asked++;
      requests.most = Math.max(requests.most, ++requests.open);
    }}
    return send.call(this, content, ...rest);
  }};
  model.trigger = function (name, ...rest) {{
    requests.open -= name === "msg:custom";
    return trigger.call(this, name, ...rest);
  }};
  const start = performance.now();
  for (let event = 1; event < count; event++) {{
    slider.set("value", event);
    slider.save_changes();
    await new Promise((done) => setTimeout(done, start + 10 * event - performance.now()));
  }}

  async function findSlider() {{
    const link = [];
    for (const promise of Object.values(model.widget_manager._models ?? {{}})) link.push(await promise);
    return link.find((one) => one.get("_model_name") === "IntSliderModel" && one.get("max") === count - 1);
  }}
}}"""
# Neighbors are fetched once the picture is there.
ALL_IS_ANSWERED = f"async () => {{ await ({TWO_FRAMES})(); return requests.open === 0 }}"
LOSE_ANSWERS = f"""() => {{
  const model = {MODEL}, {{ trigger }} = model;
  model.trigger = function (name, ...rest) {{
    if (name !== "msg:custom") return trigger.call(this, name, ...rest);
    window.lost = true;
    return this;
  }};
}}"""

# The comm is that of the model; what it sends meets a connection that is already dead.
LOSE_REQUESTS = f"""() => {{
  const {{ comm }} = {MODEL}, {{ send }} = comm;
  comm.send = () => "lost";
  window.restore = () => {{ comm.send = send; }};
}}"""


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    explanation(instances=INSTANCES, time=100).save(folder / "kernel.npz")
    write_notebook(folder / "kernel.ipynb", SOURCE)
    page = open_notebook("kernel.ipynb")
    run(page)
    return page


def run(page):
    page.wait_for_function(KERNEL_IS_IDLE)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    state(page, "ready")


def state(page, name):
    page.locator(f'.bqplot.figure[data-state="{name}"]').wait_for()


def choose(page, instance):
    page.evaluate(f"{MODEL}.choose({{ instance: {instance} }})")


def unseen(page):
    """An instance whose series the page does not have; the thousand events may have fetched any."""
    missing = f"!{MODEL}.tiles.missing([`series/${{instance}}`]).length"
    return page.evaluate(f"() => {{ let instance = 40; while ({missing}) instance += 4; return instance }}")


def shows(page, instance):
    page.locator(f'.bqplot.figure[data-ready^="{instance}/"]').wait_for()


def held(page):
    """Bytes that the page's scripts hold, arrays among them."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    return usage["usedSize"] + usage.get("backingStorageSize", 0)


@pytest.mark.slow
def test_of_a_thousand_slider_events_the_last_wins_and_nothing_piles_up(page):
    run_in_kernel(page, "Counted.computed.clear()")
    before = held(page)
    page.evaluate(EVENTS, INSTANCES)
    on_time = int(run_in_kernel(page, "print(len(Counted.computed))"))
    shows(page, INSTANCES - 1)
    until(lambda: page.evaluate(ALL_IS_ANSWERED))
    requests = page.evaluate("requests")
    computed, changes = json.loads(run_in_kernel(page, "import json; print(json.dumps([Counted.computed, changes]))"))
    assert requests["most"] == 1, "one request is under way at a time"
    assert changes[-1] == INSTANCES - 1
    # What was asked while a request was under way is asked no more: the one that was, the last, and its neighbors.
    assert len(computed) - on_time <= 4
    assert len(computed) <= requests["asked"] + 4 < INSTANCES
    assert held(page) - before < 2 * TILE * len(computed) + 4 * 2**20


def test_controls_answer_to_keys_and_leave_jupyterlab_its_own(page):
    cells = page.locator(".jp-Cell").count()
    for key in ("Enter", "Space"):
        button = page.get_by_role("button", name="View", exact=False).first
        button.focus()
        page.keyboard.press(key)
    slider = page.get_by_role("slider", name="instance")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    shows(page, 1)
    for control in (slider, button):
        control.focus()
        save_by_keys(page)
    assert page.locator(".jp-Cell").count() == cells


def test_requests_over_a_lost_connection_are_sent_again(page):
    choose(page, 3)
    shows(page, 3)
    page.evaluate(LOSE_ANSWERS)
    other = unseen(page)
    choose(page, other)
    state(page, "waiting")
    page.wait_for_function("window.lost")
    page.evaluate(f"() => {{ delete {MODEL}.trigger; {KERNEL}.reconnect() }}")
    shows(page, other)


def test_a_choice_over_a_lost_connection_reaches_python(page):
    choose(page, 3)
    shows(page, 3)
    page.evaluate(LOSE_REQUESTS)
    lost = unseen(page)
    choose(page, lost)
    state(page, "waiting")
    page.evaluate(f"() => {{ restore(); {KERNEL}.reconnect() }}")
    until(lambda: run_in_kernel(page, "print(viewer.instance)").strip() == str(lost))
    shows(page, lost)
    # Nothing waits for the end of the message that was lost.
    later = unseen(page)
    choose(page, later)
    until(lambda: run_in_kernel(page, "print(viewer.instance)").strip() == str(later))
    shows(page, later)


def test_a_choice_that_is_made_while_the_widgets_are_restored_is_kept(page):
    other = unseen(page)
    page.evaluate(f"""async () => {{
      const {{ restored }} = {MODEL}.widget_manager, kernel = {KERNEL}, {{ sendShellMessage }} = kernel;
      const done = new Promise((done) => restored.connect(() => done()));
      kernel.sendShellMessage = (message, ...rest) => message.content.data?.method === "update"
        ? {{ msg: message }} : sendShellMessage.call(kernel, message, ...rest);
      kernel.connectionStatusChanged.emit("connected");
      {MODEL}.choose({{ instance: {other} }});
      await done;
      delete kernel.sendShellMessage;
    }}""")
    until(lambda: run_in_kernel(page, "print(viewer.instance)").strip() == str(other))
    shows(page, other)


def test_a_slider_with_an_older_choice_in_the_kernel_does_not_restore_it(page):
    other = unseen(page)
    choose(page, other)
    shows(page, other)
    until(lambda: run_in_kernel(page, "print(viewer.instance)").strip() == str(other))
    # A message of the slider was lost.
    run_in_kernel(page, "import ipywidgets")
    run_in_kernel(
        page,
        "for one in list(ipywidgets.widget._instances.values()):\n"
        "    if isinstance(one, ipywidgets.IntSlider): one._trait_values['value'] = 3",
    )
    page.evaluate(f"""async () => {{
      const {{ restored }} = {MODEL}.widget_manager;
      const done = new Promise((done) => restored.connect(() => done()));
      {KERNEL}.connectionStatusChanged.emit("connected");
      await done;
    }}""")
    page.evaluate(TWO_FRAMES)
    until(lambda: run_in_kernel(page, "print(viewer.instance)").strip() == str(other))
    shows(page, other)


def test_without_its_kernel_it_shows_what_it_has_and_reports_what_is_missing(page):
    choose(page, 3)
    shows(page, 3)
    # A choice that was never sent is not made again once the next kernel is connected.
    page.evaluate(LOSE_REQUESTS)
    choose(page, 4)
    page.evaluate(
        f"""() => {{
          restore();
          window.restorations = 0;
          {MODEL}.widget_manager.restored.connect(() => restorations++);
          return {KERNEL}.restart();
        }}"""
    )
    page.get_by_text("run the cell again for more").wait_for()
    checks = page.get_by_role("button", name="Checks: ")
    checks.click()
    page.get_by_text("Checking this map needs the kernel that made the widget: run the cell again.").wait_for()
    checks.click()
    other = unseen(page)
    choose(page, other)
    state(page, "missing")
    page.wait_for_function("window.restorations")
    assert page.evaluate(f"{MODEL}.choice.instance") == other
    state(page, "missing")
    page.wait_for_function(KERNEL_IS_IDLE)
    choose(page, 3)
    shows(page, 3)
    run(page)
    choose(page, 501)
    shows(page, 501)


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
