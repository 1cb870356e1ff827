"""Texts of the simulated people when they return, handle, check, suspend or rule on a case.

Texts that depend on the case are keyed by kind, or by kind and major class.
"""

from typing import Final

__all__ = [
    "CHECK_FAILED", "EXTENSION", "FIXED", "HANDLED", "MADE_SAFE", "NOT_MY_DUTY", "NOT_SOLVED", "OUTCOMES",
    "REFUSED", "REPAIRED", "RIGHT_PLACES", "RULED", "SUSPENDED", "VERIFIED",
]  # fmt: skip

NOT_MY_DUTY: Final = {
    "component": ("经现场查看，该设施不属我单位权属，无我单位标识。", "设施标识为其他单位，请改派权属单位。"),
    "event": ("该事项不在我单位职责清单内，请改派主管单位。",),
}
REFUSED: Final = {
    "not_my_area": ("现场位置在我辖区边界线外，请核对后改派。",),
    "owner_unknown": ("现场无权属标识，台账无记录，无法确认权属单位。",),
}
HANDLED: Final = {
    "guided": ("已劝导当事人，疏导至附近便民疏导点经营。",),
    "warned_first_offence": ("当事人首次违法且及时改正，依规首违不罚，已开展教育。",),
    "penalised": ("已依法立案处罚，现场已整改。",),
}
FIXED: Final = {
    ("component", "04"): ("已扶正加固，落枝清运完毕。", "已修复，绿地恢复。"),
    ("event", "01"): ("已清理完毕，现场整洁。", "已安排保洁人员清运，并加强巡查。"),
    ("event", "02"): ("已清除，墙面恢复。", "已拆除并告知设置单位。"),
    ("event", "03"): ("已责令施工单位整改，现场恢复。", "施工单位已停工整改，复查合格。"),
    ("event", "04"): ("已整治完毕，通行恢复。", "已清理占道物品，并安排值守。"),
    ("event", "05"): ("抢修完毕，通行恢复。", "已修复并恢复路面，警示标志已撤除。"),
    ("event", "06"): ("已到场处置完毕，并上门告知。",),
}
REPAIRED: Final = ("已修复，安全隐患消除。", "已更换新件，现场恢复。", "抢修完毕，设施恢复使用。")
OUTCOMES: Final = (
    ("event", "04", ("guided", "warned_first_offence", "fixed", "fixed", "penalised")),
    ("event", "02", ("warned_first_offence", "fixed", "fixed")),
    ("event", "03", ("fixed", "fixed", "penalised", "warned_first_offence")),
)
"""Kind, major class → possible results of handling; all others are fixed."""
MADE_SAFE: Final = ("现场已围挡并设警示标志，专人看守。", "已设置锥桶和警示带，临时覆盖。")
VERIFIED: Final = {"confirmed": "现场核实情况属实。", "not_found": "现场核实未发现所述问题。"}
CHECK_FAILED: Final = {
    "component": ("现场复核：修复不牢，仍有隐患。", "现场复核：周边未恢复。"),
    "event": ("现场复核：问题未彻底解决。", "现场复核：处置后又出现同样问题。"),
}
EXTENSION: Final = {
    "component": ("配件采购中，需延长处置时间。", "夜间不具备施工条件，申请延期。"),
    "event": ("当事人暂未到场，需延长处置时间。", "需会同有关单位处置，申请延期。"),
}
SUSPENDED: Final = {
    "green": ("season", "绿化补种须待适种季节。"),
    "component": ("engineering", "需列入工程计划，待管线迁移后实施。"),
    "event": ("law", "处罚程序进行中，待听证结束。"),
}
RULED: Final = ("结合现场标识与移交资料，暂由该单位先行处置。", "经比对权属图纸，由该单位负责。")
NOT_SOLVED: Final = "回访时来电人表示问题未解决，重新立案。"
RIGHT_PLACES: Final = ("物业服务企业", "12315消费者热线", "人民调解委员会")
