"""Texts of the simulated people about incidents and linkage tasks."""

from typing import Final

__all__ = ["DECLINED", "DONE", "NOT_PASSED", "NUMBERS", "REPORTS", "SCENE_COMMANDER", "STATES"]

DECLINED: Final = (
    "现有力量均在处置其他警情，请调派其他单位。", "该类装备不在我单位，请改派有装备的单位。",
)  # fmt: skip
DONE: Final = (
    "现场已处置完毕，人员撤离。", "已完成作业，现场恢复。", "隐患已消除，留一组值守。",
)  # fmt: skip
NOT_PASSED: Final = ("现场仍有遗留，请继续处置。", "通行未完全恢复，请再处置。")
NUMBERS: Final = (3, 5, 8, 12, 20)
REPORTS: Final = {
    "first": "{road}发生险情，已下达{tasks}项联动任务，{done}家单位到场，无人员伤亡报告。",
    "follow_up": "{road}险情处置中，{tasks}项任务中{done}项单位已到场，现场可控。",
    "final": "{road}险情处置完毕，{tasks}项任务全部办结，通行恢复。",
}
STATES: Final = {
    "control_incident": "现场指挥报告：险情得到控制。",
    "recover_incident": "转入现场恢复阶段。",
    "close_incident": "各项任务办结，终报已报，处置结束。",
}
SCENE_COMMANDER: Final = "孙××（{agency}）"
