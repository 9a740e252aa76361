"""The letters each language is written with, so that an alphabet's gaps can be named before a document shows them.

Main exemplar characters of Unicode CLDR 46 (small letters; capitals follow from them). For languages in scripts of
thousands of signs a few common ones stand for all.
"""

from __future__ import annotations

import unicodedata

LATIN = "abcdefghijklmnopqrstuvwxyz"
MORE: dict[str, str] = {
    "af": "áâèéêëîïôöúû",
    "az": "çəğıöşü",
    "bs": "čćđšž",
    "ca": "àçèéíïòóúü·ŀ",
    "cs": "áčďéěíňóřšťúůýž",
    "cy": "áàâäéèêëíìîïóòôöúùûüẃẁŵẅýỳŷÿ",
    "da": "æøåéá",
    "de": "äöüß",
    "en": "",
    "es": "áéíñóúü",
    "et": "äõöšüž",
    "eu": "çñ",
    "fi": "äåöšž",
    "fo": "áðíóúýæø",
    "fr": "àâæçèéêëîïôœùûüÿ",
    "ga": "áéíóú",
    "gl": "áéíñóúü",
    "ha": "ɓɗƙƴ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "id": "",
    "is": "áæðéíóöþúý",
    "it": "àèéìîòóù",
    "lb": "äéë",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "ms": "",
    "mt": "àċèġħìòùż",
    "nb": "àæéòóôøå",
    "nl": "áäéëèíïóöúü",
    "nn": "àæéòóôøå",
    "no": "àæéòóôøå",
    "pl": "ąćęłńóśźż",
    "pt": "áàâãçéêíòóôõú",
    "rm": "àéèìòù",
    "ro": "ăâîșț",
    "se": "áčđŋšŧž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sq": "çë",
    "sv": "åäöéà",
    "sw": "",
    "tr": "çğıİöşü",
    "vi": "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
}
OTHER: dict[str, str] = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "bn": "অআইঈউঊঋএঐওঔকখগঘঙ",
    "el": "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ",
    "fa": "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "he": "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "hi": "अआइईउऊऋएऐओऔकखगघङ",
    "hy": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
    "ja": "あいうえおアイウエオ請求書日本円税",
    "ka": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "ko": "가나다라마바사아자차카타파하",
    "ky": "абгдеёжзийклмнңоөпрстуүхчшъыэюя",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "mn": "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "ta": "அஆஇஈஉஊஎஏஐஒஓஔகஙச",
    "th": "กขคฆงจฉชซฌญฎฏฐฑฒณดตถท",
    "tt": "аәбвгдеёжҗзийклмнңоөпрстуүфхһцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "zh": "发票税额金合计购买方销售单价数量",
}
LANGUAGES = tuple(sorted(MORE | OTHER))
ALWAYS = "0123456789 .,:;-+/%()&@#'\"*"


def codes_of(names: str) -> list[str]:
    """The languages that codes joined by commas name, without their regions, in small letters.

    >>> codes_of("en,zh-Hans"), codes_of("")
    (['en', 'zh'], [])
    """
    return [name.lower().partition("-")[0] for name in names.split(",") if name]


def letters_of(language: str) -> str | None:
    """Every character that printing a language takes, capitals and digits too; None for a language not listed.

    language: its ISO 639 code; a region after a hyphen is ignored.
    """
    code = language.lower().partition("-")[0]
    if code not in MORE and code not in OTHER:
        return None
    small = LATIN + MORE[code] if code in MORE else OTHER[code]
    capitals = (letter.upper() for letter in small)
    return "".join(dict.fromkeys([*small, *(letter for letter in capitals if len(letter) == 1), *ALWAYS]))


def missing(language: str, alphabet: str) -> str | None:
    """The characters of a language that an alphabet lacks, "" when none; None for a language not listed.

    >>> missing("de", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüÄÖÜ" + ALWAYS)
    'ß'
    """
    wanted = letters_of(language)
    return None if wanted is None else "".join(letter for letter in wanted if letter not in alphabet)


def script_of(language: str) -> str:
    """The script that a language is written in, in small letters: latin, cyrillic, greek, or as Unicode names it.

    >>> script_of("pt-BR"), script_of("uk"), script_of("zh")
    ('latin', 'cyrillic', 'cjk')
    """
    letters = letters_of(language) or LATIN
    return unicodedata.name(letters[0]).partition(" ")[0].lower()
