"""Scenes: texts for the spot and the appearance of a case, by class."""

from typing import Final

import msgspec

from city.dispatch.tables.categories import Category
from feeds.sources.demo.chance import Dice

__all__ = ["scene"]


class _Scene(msgspec.Struct, frozen=True):
    """``spots`` follow a road's name, ``sights`` follow a spot; ``{name}`` is the class."""

    spots: tuple[str, ...]
    sights: tuple[str, ...]


_BY_MAJOR: Final = {
    ("component", "01"): _Scene(
        ("人行道上", "非机动车道上", "路口东南角", "公交站旁"),
        ("{name}，行人经过有危险", "{name}，已有几天无人处理")
    ),
    ("component", "02"): _Scene(("路口", "路口北侧", "路段中间", "公交站前"), ("{name}，影响通行", "{name}")),
    ("component", "03"): _Scene(
        ("菜场门口", "公园入口旁", "地铁站口", "沿街商铺前"),
        ("{name}", "{name}，影响使用"),
    ),
    ("component", "04"): _Scene(
        ("街角绿地", "绿化带边", "人行道边", "公园入口旁"),
        ("{name}", "{name}，有倒伏危险"),
    ),
    ("component", "05"): _Scene(("河边", "桥旁", "亲水步道边"), ("{name}", "{name}，附近有居民散步")),
    ("event", "01"): _Scene(
        ("小区门口", "沿街商铺前", "公交站旁", "学校对面"),
        ("{name}", "{name}，影响环境"),
    ),
    ("event", "02"): _Scene(("公交站亭上", "沿街墙面", "人行天桥栏杆上"), ("{name}", "有多处{name}")),
    ("event", "03"): _Scene(("工地门口", "工地围挡外", "工地出入口"), ("{name}", "{name}，无人管理")),
    ("event", "04"): _Scene(
        ("地铁站口", "菜场门口", "学校对面", "人行道上"),
        ("{name}，行人只能走机动车道", "{name}"),
    ),
    ("event", "05"): _Scene(
        ("路口", "机动车道上", "路口北侧", "公交站前"),
        ("{name}，车辆绕行", "{name}，现场未封闭"),
    ),
    ("event", "06"): _Scene(("小区门口", "沿街商铺前", "路口"), ("{name}", "{name}，居民反映较多")),
}  # fmt: skip
_ANYWHERE: Final = _Scene(("路口", "路口南侧", "沿街"), ("{name}",))
_WATER: Final = ("河边", "桥下河面", "水闸旁")

_BY_CLASS: Final = {
    "component:0104": ((), ("{name}，车辆驶过有响声",)),
    "component:0125": ((), ("{name}，水流到人行道上",)),
    "component:0127": ((), ("{name}，箱内线缆外露",)),
    "component:0137": (("沿线", "路段"), ("连续几盏{name}", "{name}，夜间通行看不清路面")),
    "component:0154": (("停车场内", "路边停车位"), ("{name}，车主无法充电",)),
    "component:0207": (("下立交内",), ("{name}，车辆无法通过", "{name}，水位还在上涨")),
    "component:0305": ((), ("{name}，垃圾散落在箱外", "{name}，有异味")),
    "component:0402": ((), ("{name}，横在车道上", "{name}，压到非机动车道")),
    "component:0503": (("加油站出入口",), ("{name}",)),
    "component:0504": (("液化气站旁",), ("{name}",)),
    "event:0107": (("沿街树上", "沿街护栏上"), ("挂晒衣物", "拉绳晾晒被褥")),
    "event:0110": ((), ("垃圾袋堆在路边，有异味", "生活垃圾无人清运")),
    "event:0112": (("路面", "人行道上", "路口"), ("路面有泥沙和果皮", "落叶和纸屑较多，未清扫")),
    "event:0113": (("机动车道上", "路口北侧", "人行道上"), ("路面有坑洞，车辆颠簸", "地砖松动翘起")),
    "event:0114": (("机动车道上", "路口"), ("渣土车遗撒，路面有渣土",)),
    "event:0117": (("绿化带内", "街角绿地"), ("绿地内有垃圾和落叶",)),
    "event:0118": (("绿化带边", "人行道边"), ("修剪下的枝叶未清运",)),
    "event:0125": (_WATER, ("水面有漂浮垃圾", "水面有成片水草和落叶")),
    "event:0126": (_WATER, ("河水发黑有异味", "有污水流入河道")),
    "event:0128": (("沿街商铺", "商业广场"), ("商铺音响声音大，影响休息",)),
    "event:0129": (("沿街店铺门口", "路口"), ("有露天烧烤，油烟大",)),
    "event:0135": (("小区门口", "垃圾箱房旁"), ("有人丢弃沙发和床垫", "旧家具堆放多日")),
    "event:0136": (("人行道上", "沿街商铺前"), ("堆放杂物占用人行道",)),
    "event:0201": ((), ("张贴多处小广告", "喷涂小广告，覆盖指示牌")),
    "event:0301": (("工地",), ("夜间仍在施工，噪声大", "施工噪声影响休息")),
    "event:0304": (("工地",), ("扬尘未覆盖，风起有尘土",)),
    "event:0401": ((), ("流动摊贩占用人行道", "多名摊贩聚集叫卖")),
    "event:0405": (("沿街商铺前",), ("商铺把货架摆到店外", "餐饮店桌椅摆到人行道")),
    "event:0406": ((), ("摆摊占用人行道",)),
    "event:0410": (("地铁站口", "公交站旁", "商场门口"), ("非机动车停满人行道", "电动自行车乱停，堵住盲道")),
    "event:0501": ((), ("水从路面冒出，流量较大", "{name}，路面大量积水")),
    "event:0502": ((), ("施工挖破燃气管，有明显气味", "{name}，能闻到气味")),
    "event:0505": (("机动车道上", "路口"), ("路面塌陷成坑，车辆绕行",)),
    "event:0506": (("路口", "低洼路段"), ("积水没过路沿，车辆缓行",)),
    "event:0508": (("沿线", "人行道上方"), ("线缆垂落，行人可触及",)),
    "event:0695": (("沿街商铺前", "小区门口"), ("能闻到燃气气味",)),
    "event:0698": (("小区内", "商场后侧"), ("车辆停在消防通道上",)),
    "event:0699": (("地铁站口", "公交站旁", "办公楼前"), ("共享单车堆积，占满人行道",)),
}  # fmt: skip
"""Class → spots (empty: those of its major class) and sights."""


def scene(dice: Dice, category: Category) -> str:
    """Return a spot along a road and what is seen there for a class, such as 路口北侧路面有坑洞."""
    major = _BY_MAJOR.get((category.kind, category.major), _ANYWHERE)
    spots, sights = _BY_CLASS.get(category.key, ((), major.sights))
    return dice.choice(spots or major.spots) + dice.choice(sights).format(name=category.name_zh)
