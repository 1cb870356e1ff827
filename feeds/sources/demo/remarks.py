"""What the invented city's people write when they return, handle, check, rest or rule on a case."""

from typing import Final

__all__ = [
    "CHECK_FAILED", "EXTENSION", "HANDLED", "MADE_SAFE", "NOT_SOLVED", "OUTCOMES", "REFUSED",
    "RIGHT_PLACES", "RULED", "SUSPENDED", "VERIFIED",
]  # fmt: skip

REFUSED: Final = {
    "not_my_duty": (
        "经现场查看，该设施不属我单位权属，无我单位标识。",
        "该事项不在我单位职责清单内，请改派主管单位。",
    ),
    "not_my_area": ("现场位置在我辖区边界线外，请核对后改派。",),
    "owner_unknown": ("现场无权属标识，台账无记录，无法确认权属单位。",),
}
HANDLED: Final = {
    "fixed": ("已派员到场处置完毕，现场恢复。", "已修复，安全隐患消除。", "已清理完毕，现场整洁。"),
    "guided": ("已劝导当事人，疏导至附近便民疏导点经营。",),
    "warned_first_offence": ("当事人首次违法且及时改正，依规首违不罚，已开展教育。",),
    "penalised": ("已依法立案处罚，现场已整改。",),
}
OUTCOMES: Final = (
    ("event", "04", ("guided", "warned_first_offence", "fixed", "fixed", "penalised")),
    ("event", "02", ("warned_first_offence", "fixed", "fixed")),
    ("event", "03", ("fixed", "fixed", "penalised", "warned_first_offence")),
)
"""Kind, major class → how such cases end; all others are fixed."""
MADE_SAFE: Final = ("现场已围挡并设警示标志，专人看守。", "已设置锥桶和警示带，临时覆盖。")
VERIFIED: Final = {"confirmed": "现场核实情况属实。", "not_found": "现场核实未发现所述问题。"}
CHECK_FAILED: Final = (
    "现场复核：问题未彻底解决。",
    "现场复核：处置后痕迹未清理。",
    "现场复核：修复不牢，仍有隐患。",
)
EXTENSION: Final = ("配件采购中，需延长处置时间。", "夜间不具备施工条件，申请延期。")
SUSPENDED: Final = (
    ("engineering", "需列入工程计划，待管线迁移后实施。"),
    ("season", "绿化补种须待适种季节。"),
    ("law", "处罚程序进行中，待听证结束。"),
)
RULED: Final = ("结合现场标识与移交资料，暂由该单位先行处置。", "经比对权属图纸，由该单位负责。")
NOT_SOLVED: Final = "回访时来电人表示问题未解决，重新立案。"
RIGHT_PLACES: Final = ("物业服务企业", "12315消费者热线", "人民调解委员会")
