"""What training crops say in simplified Chinese: words, firms, labels of invoices, dates, sums in figures and in words.

Every maker takes a `random.Random` and returns text of `alphabet.CHINESE`.
"""

from __future__ import annotations

import random
from functools import cache

from invoice_ocr.ocr.alphabet import CHINESE
from invoice_ocr.training import figures, texts

_KNOWN = frozenset(CHINESE)
_HAN = tuple(char for char in CHINESE if "\u4e00" <= char <= "\u9fff")
SELDOM = 1.5  # nats by which characters of the second level are expected less than they were drawn; 1 to 2.5 read alike
_SECOND_LEVEL = 0xD8  # the first byte, in GB 2312, of the first of its characters that are seldom needed
_SIGNS = tuple(char for char in CHINESE if not "\u4e00" <= char <= "\u9fff" and char != " ")
_STOPS = "，。、；：？！，。、"
_AMID = "，，，，，、、、。；："
_PAIRS = ("（{}）", "（{}）", "({})", "“{}”", "《{}》", "【{}】", "「{}」", "[{}]", "〈{}〉", "‘{}’", "『{}』")
_PLACES = """北京 上海 天津 重庆 广州 深圳 杭州 南京 苏州 成都 武汉 西安 长沙 郑州 青岛 大连 沈阳 哈尔滨 长春 厦门 福州 合肥 济南 昆明 贵阳
南宁 海口 兰州 银川 西宁 乌鲁木齐 拉萨 呼和浩特 太原 石家庄 南昌 宁波 温州 无锡 常州 佛山 东莞 珠海 中山 烟台 潍坊 泉州 绍兴 嘉兴 金华""".split()
_TRADES = """科技 贸易 电子 信息技术 网络科技 商贸 实业 建筑工程 物流 餐饮管理 文化传播 广告 医疗器械 汽车销售 房地产开发 投资管理 软件 食品 服装
机械设备 化工 五金 印刷 包装 家具 酒店管理 旅游 教育咨询 人力资源 物业管理 新能源 环保科技 生物科技 供应链管理 财务咨询""".split()
_FORMS = "有限公司 有限公司 有限责任公司 股份有限公司 集团有限公司 分公司 经营部 商行 酒店 超市".split()
_STREETS = "中山 人民 解放 建设 和平 新华 胜利 长江 黄河 环城 滨江 朝阳 东风 文化 工业 科技 民主 迎宾 世纪 幸福".split()
_LABELS = """发票代码 发票号码 开票日期 校验码 机器编号 购买方 销售方 名称 纳税人识别号 统一社会信用代码 地址、电话 开户行及账号 货物或应税劳务、服务名称 规格型号
单位 数量 单价 金额 税率 税额 合计 价税合计（大写） （小写） 备注 收款人 复核 开票人 销售方：（章） 增值税专用发票 增值税普通发票 电子发票（普通发票） 机打发票 定额发票
密码区 第一联：记账联 第二联：抵扣联 第三联：发票联 项目名称 订单号 客户编号 交易时间 付款方式 应付金额 实付金额 优惠 小计 总计 找零 收银员 桌号 谢谢惠顾 欢迎再次光临
合同编号 甲方 乙方 签订日期 违约责任 法定代表人 授权代表 联系人 联系电话 传真 邮编 地址 开户银行 银行账号 付款期限 交货日期 收货人 发货单 送货单 收据 收款收据 今收到 人民币
商品编码 商品名称 条码 含税 不含税 免税 折扣 运费 押金 服务费 会员卡号 积分 日期 时间 编号 序号 品名 说明 总金额 已付 未付 余额 本页小计 页 共 第""".split()
_UNITS = "个 件 台 套 次 箱 盒 瓶 袋 包 只 支 张 本 把 份 米 千克 公斤 吨 升 小时 天 月 年 项 批 辆 间".split()
TERMS = (*_PLACES, *_TRADES, *_FORMS, *_STREETS, *_LABELS)  # what invoices say, a term each
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
_FIGURES, _PLACE_WORDS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")


@cache
def _words() -> tuple[str, ...]:
    import wordfreq

    every = wordfreq.top_n_list("zh", 120_000)
    return tuple(word for word in every if len(word) <= 6 and _KNOWN.issuperset(word) and not word.isascii())


def _pick(rng: random.Random) -> str:
    words = _words()
    return words[int(len(words) * rng.random() ** 3)] if rng.random() < 0.5 else rng.choice(words)


def phrase(rng: random.Random) -> str:
    """A few words as running text has them: without spaces, with stops between."""
    text = "".join(
        _pick(rng) + (rng.choice(_STOPS) if rng.random() < 0.1 else "")
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6)))
    )
    way = rng.random()
    if way < 0.08:
        return rng.choice(_PAIRS).format(text)
    if way < 0.16:
        return text + rng.choice(_STOPS)
    return text + figures.number(rng) if way < 0.2 else text


def sentence(rng: random.Random) -> str:
    """A piece of a line of running text: stops, quotations and brackets amid the words, wherever it begins."""
    text = ""
    for _ in range(rng.randrange(2, 7)):
        word = _pick(rng)
        if rng.random() < 0.12:
            word = rng.choice(_PAIRS).format(word)
        text += word + (rng.choice(_AMID) if rng.random() < 0.35 else "")
    if rng.random() < 0.15:
        text += rng.choice((figures.number(rng), f"（{rng.randrange(1950, 2040)}）", f"，{rng.randrange(1950, 2040)}"))
    return text[rng.randrange(2) :]


def numbered(rng: random.Random) -> str:
    """The number of a heading, or a word with 一, which is a stroke that dashes look like."""
    number = rng.choice("一一一二三四五六七八九十")
    form = rng.choice(
        ("{}、", "（{}）", "({})", "第{}条", "第{}章", "{}是", "{}级", "统{}", "{}般", "{}", "十{}、", "之{}")
    )
    return form.format(number) + (_pick(rng) if rng.random() < 0.6 else "")


def rare(rng: random.Random) -> str:
    """Any characters, each as often as any other."""
    pool = _SIGNS if rng.random() < 0.08 else _HAN
    return "".join(rng.choices(pool, k=rng.choice((1, 2, 2, 3, 3, 4, 5))))


def firm(rng: random.Random) -> str:
    where = rng.choice(_PLACES) + rng.choice(("", "", "市"))
    own = "".join(rng.choices(_HAN[:3755], k=rng.choice((2, 2, 3)))) if rng.random() < 0.5 else _pick(rng)
    parts = [where, own, rng.choice(_TRADES), rng.choice(_FORMS)]
    if rng.random() < 0.1:
        parts = [own, rng.choice(("（", "(")) + where + rng.choice(("）", ")")), *parts[2:]]
    return "".join(parts)


def place(rng: random.Random) -> str:
    text = f"{rng.choice(_PLACES)}市{_pick(rng)}区{rng.choice(_STREETS)}路{rng.randrange(1, 2000)}号"
    return text + (
        f"{rng.randrange(1, 60)}{rng.choice(('栋', '楼', '层', '室', '单元'))}" if rng.random() < 0.4 else ""
    )


def person(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choices(_HAN[:3755], k=rng.choice((1, 2, 2))))


def label(rng: random.Random) -> str:
    return rng.choice(_LABELS) + rng.choice(("", "", "：", ":", "：" + figures.number(rng), "（元）"))


def day(rng: random.Random) -> str:
    year, month, date = rng.randrange(1995, 2040), rng.randrange(1, 13), rng.randrange(1, 29)
    form = rng.choice(("{}年{:02}月{:02}日", "{}年{}月{}日", "{}-{:02}-{:02}", "{}/{:02}/{:02}", "{}.{:02}.{:02}"))
    return form.format(year, month, date)


def money(rng: random.Random) -> str:
    figure = f"{rng.randrange(10 ** rng.randrange(1, 7))}.{rng.randrange(100):02}"
    if rng.random() < 0.3:
        figure = f"{float(figure):,.2f}"
    return rng.choice(("{}", "￥{}", "¥{}", "{}元", "人民币{}元", "RMB{}", "-{}")).format(figure)


def in_words(rng: random.Random) -> str:
    """A sum as cheques and invoices spell it: 壹仟贰佰叁拾肆元伍角陆分."""
    whole, cents = rng.randrange(1, 10 ** rng.randrange(2, 8)), rng.randrange(100)
    text = spelled(whole) + rng.choice("圆元")
    if not cents:
        return text + "整"
    text += _FIGURES[cents // 10] + "角" if cents >= 10 else "零"
    return text + (_FIGURES[cents % 10] + "分" if cents % 10 else rng.choice(("", "整")))


def spelled(number: int) -> str:
    """A whole number from 1 to 99,999,999 in the characters for sums: 1005 is 壹仟零伍."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        between = "零" if 0 < low < 1000 else ""
        return spelled(high) + "万" + between + (spelled(low) if low else "")
    said, gap = "", False
    for power in (3, 2, 1, 0):
        figure = number // 10**power % 10
        if figure:
            said += ("零" if gap and said else "") + _FIGURES[figure] + _PLACE_WORDS[power]
            gap = False
        else:
            gap = True
    return said


def amount_of(rng: random.Random) -> str:
    return f"{rng.randrange(1, 1000)}{rng.choice(('', '.5', '.00'))}{rng.choice(_UNITS)}"


def goods(rng: random.Random) -> str:
    """An article with its size and how many a pack holds: 原味酸牛奶100g*8, *纸制品*复印纸A4."""
    text = _pick(rng) + (_pick(rng) if rng.random() < 0.5 else "")
    if rng.random() < 0.15:
        text = f"*{_pick(rng)}*{text}"
    size = f"{rng.choice((rng.randrange(1, 1000), 10 * rng.randrange(5, 150)))}"
    if rng.random() < 0.15:
        size = f"{rng.randrange(1, 20)}.{rng.randrange(1, 10)}"
    text += size + rng.choice(
        ("g", "g", "g", "ml", "ml", "kg", "KG", "L", "cm", "mm", "m", "W", "V", "°C", "%", "#", "片")
    )
    if rng.random() < 0.35:
        text += rng.choice(("*", "*", "x", "×", "/")) + rng.choice((str(rng.randrange(2, 49)), *"盒包袋箱瓶支"))
    return text if rng.random() < 0.85 else rng.choice(("{}（{}）", "{}({})")).format(text, _pick(rng))


def model_number(rng: random.Random) -> str:
    """What names a thing in Latin letters, alone or after its Chinese name: 激光打印机M203dw, B站, AA+."""
    letters = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=rng.choice((1, 1, 2, 3))))
    number = str(rng.randrange(1, 10 ** rng.randrange(1, 5)))
    code = rng.choice((letters, letters + number, f"{letters}-{number}", number + letters, letters + "+"))
    if rng.random() < 0.2:
        code += rng.choice("abcdeghnprstw")
    way = rng.random()
    if way < 0.3:
        return code
    return _pick(rng) + code + (_pick(rng) if way > 0.7 else "")


def measure(rng: random.Random) -> str:
    """A range or comparison, as tables of limits have: 20＜μ≤30, 2022—2026."""
    low, high = rng.randrange(1, 1000), rng.randrange(1, 100) * 1000
    sign = rng.choice(("≤", "≥", "＜", "＞", "<", ">", "=", "＝", "≈"))
    middle = rng.choice((*"QuxLDμφ", _pick(rng)))
    way = rng.random()
    if way < 0.4:
        return f"{middle}{sign}{rng.choice((low, high))}"
    if way < 0.7:
        return f"{low}{rng.choice('≤＜<')}{middle}{rng.choice('≤＜<')}{high}"
    return f"{low}{rng.choice(('—', '～', '~', '-', '–', '至'))}{high}" + rng.choice(("", "", _pick(rng)))


def plain_number(rng: random.Random) -> str:
    """Quantities and prices as lists have them, often below one or below nothing."""
    whole = rng.choice((0, 0, rng.randrange(10), rng.randrange(100), rng.randrange(10_000)))
    return rng.choice(("", "", "-")) + f"{whole}.{rng.randrange(10 ** rng.choice((1, 2, 2, 3)))}"


_MAKERS: texts.Makers = (
    (phrase, 24), (sentence, 14), (numbered, 3), (rare, 22), (label, 8), (firm, 6), (place, 4), (person, 3), (day, 4), (money, 4), (in_words, 3), (amount_of, 3),
    (goods, 7), (model_number, 4), (measure, 3), (plain_number, 4),
    (figures.number, 2), (figures.code, 2), (figures.amount, 2), (figures.percent, 1), (figures.contact, 1), (figures.identifier, 1),
)  # fmt: skip


def seldom() -> list[int]:
    """The classes of characters that print seldom needs, GB 2312's second level; `rare` draws them like any others."""
    return [i for i, char in enumerate(CHINESE) if "\u4e00" <= char <= "\u9fff" and not _is_frequent(char)]


def _is_frequent(char: str) -> bool:
    try:
        return char.encode("gb2312")[0] < _SECOND_LEVEL
    except UnicodeEncodeError:
        return False


def random_text(rng: random.Random, *, longest: int = 24) -> str:
    """One training text of 1 to `longest` characters, all in the alphabet, no space at either end."""
    return texts.drawn(rng, _MAKERS, _KNOWN, longest)
