"""The letters each language is written with, so that an alphabet's gaps can be named before a document shows them.

Main exemplar characters of Unicode CLDR 46 (small letters; capitals follow from them; marks without a letter are those
that combine). For languages in scripts of thousands of signs a few common ones stand for all.
"""

from __future__ import annotations

import unicodedata

LATIN = "abcdefghijklmnopqrstuvwxyz"


def _pairs(table: str) -> dict[str, str]:
    """Letters by language, of a text in which the two take turns."""
    parts = table.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


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
# The other languages that CLDR has in Latin and Cyrillic script: code and letters; then those that take a to z alone.
FEWER_MORE = _pairs("""
agq àâāǎèêēěìîīǐòôōǒùûūǔŋɔɛɨʉʔ̀̂̄̌ ak ɔɛ an áéíóúü ann àâèêìîǹòôọộùû̀̄ arn ḻñṉṯü ast áéḥíḷñóúü
bas àáâāǎèéêēěìíîīǐńǹòóôōǒùúûūǔŋɓɔɛ̀́̂̄̌᷆᷇ bew èéĕ blo àáâèéêìíîḿńǹòóôùúûŋǝɔɖɛɩʊ̀́̂ bm ŋɔɛɲ br êñù
bss áâāǎéêēěíîīǐḿńóôōǒúûūǔŋɔəɛ́̂̄̌ cad àáèéìíòóùúˀː cho ʋ̱ cic ̱ co àèìïòùü dje ãẽõšžŋɲ dsb ćčěńóŕśšźžł
dua áéíóúūŋɓɔɗɛ́ dyo áéíñóúŋ ebu ĩũ ee àáãèéẽìíĩòóõùúũŋƒɔɖɛɣʋ̀́̃ eo ĉĝĥĵŝŭ ewo àáâǎèéêěìíîǐńǹòóôǒùúûǔŋɔəɛ̀́̂̌ ff ñŋƴɓɗ
fil ñ frr äåāēöüđ fur àâçèêìîòôùû fy àáâäèéêëíïóôöúûüý́ gaa ŋɔɛ gd àèìòù gn ãẽĩñõũỹ̃ gsw äöü gv ç haw āēīōū
hsb ćčěńóřšźžł ie áéíóú ig ịṅọụ jgo áâǎíîǐḿńǹúûǔẅŋɔɛʉ̀́̂̄̈̌ꞌ jv âåèéêìòù kab čḍǧḥṛṣṭẓɛɣ kam ĩũ kea ñ
ken àáǎèéěòóǒùúǔŋɔɛɨʉ̀́̌ kgp áãéẽĩóũỹ khq ãẽõšžŋɲ ki ĩũ kkj àáâèéêìíîòóôùúûŋɓɔɗɛ̧̀́̂ kl åæø kpe ĝŋɓɔəɛɣɲ
ksf áéíóúŋǝɔɛ́ ksh äåëėöüůßæœ ku çêîşû kxv āḍēīḷñṅṇōṛṭū lag áéíóúɨʉ lg ŋ lij àâäçèéêëìîïñòóôöùûüæ lkt áčéǧȟíóšúžŋ
lld àáâćèéêëíîóôöúü ln áâǎéêěíîǐóôǒúɔɛ́̂̌ ltg āčēģīķļņōšūž lu àáèéìíòóùúɔɛ̀́ mas àáâāèéêēìíîīòóôōùúûūŋɔɛɨʉ́ mer ĩũ
mg àâèéêëìîïñô mgo àèìòùŋɔə̀ mhn àáèéëìíòóùú mi āēīōū mic áéóúɨ moh àáèéìíòó mua ãëĩõṽŋǝɓɗ mus ē naq âîôûǀǁǂǃ nds äåöü
nmg áâäāǎéêēěíîïīǐńóôöōǒŕúûūǔŋǝɓɔɛ́̂̄̌ nnh àáâǎèéêěìíḿńòóôǒùúûǔẅÿŋɔɛʉ̀́̂̌ nso êôš nus äëïöŋɔɛɣ̱̈ nv áąéęíįóǫł́ ny ŵ
oc àáçèéíïòóúü pap èñòùü pcm áéẹíóọú́ prg āḑēģīķņōŗšțūž qu ñ quc ä rif ḍḥṣṭẓɛɣ sc àèìòù scn àâḍèêìîòôùû
seh àáâãçéêíòóôõú ses ãẽõšžŋɲ sg âäêëîïôöùûü sma äåö smj áäåń smn áâäčšžđŋ sms âäåčǧǩõšžđŋǥǯʒ su é szl ãćńôõōŏśźżł
tk äçňöşüýž tn êô to áāéēíīóōúū twq ãẽõšžŋɲ tzm ḍḥṛṣṭɛɣʷ ve ḓḽṅṋṱ vec àèéìòóù vo äöü wa àâåçèéêëîïôùûüÿæœ
wae áãäčéíóõöšúüũ wo àéëñóŋ yav àáâāǎèéìíîīòóôōǒùúûūǔŋɔɛ̀́ yo àáèéẹìíḿńǹòóọṣùú̀́̄ yrl ãẽĩũ
""")
FEWER_OTHER = _pairs("""
ab абвгдежзиклмнопрстуфхцчшыьџқҟҩҭҳҵҷҽҿәӡӷԥ ba абвгдежзийклмнопрстуфхцчшщъыьэюяёғҙҡңҫүһәө
ce абвгдежзийклмнопрстуфхцчшщъыьэюяёӏ cu абвгдежзийклмнопрстуфхцчшщъыьюєѕіїѡѣѧѫѯѱѳѵѷѻѽѿ҃҇ⷠⷡⷢⷣⷤⷥⷦⷧⷨⷩⷪⷬⷭⷯⷱⷴⸯꙁꙋꙍꙗ꙽ꙿ
cv абвгдежзийклмнопрстуфхцчшщъыьэюяёҫӑӗӳ kaa абвгдежзийклмнопрстуфхцчшщъыьэюяёўғқңүҳәө
mdf абвгдежзийклмнопрстуфхцчшщъыьэюяё myv абвгдежзийклмнопрстуфхцчшщъыьэюяё os абвгдежзийклмнопрстуфхцчшщъыьэюяёӕ
sah абгдийклмнопрстухчыьэҕҥүһө tg абвгдежзийклмнопрстуфхчшъэюяёғқҳҷӣӯ tyv абвгдежзийклмнопрстуфхцчшщъыьэюяёңүө
""")
PLAIN = """
aa asa bem bez ceb cgg dav guz ia io jbo jmc kde kln ksb kw lmo luo luy mfe mgh nd nr nyn om pis rn rof rw rwk saq sbp
sn so ss ssy st teo tok tpi ts uz vmw vun wbp xh xog za zu
"""
COMMON = tuple(sorted(MORE | OTHER))  # what most papers are written in
LANGUAGES = tuple(sorted({*COMMON, *FEWER_MORE, *FEWER_OTHER, *PLAIN.split()}))
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
    if code not in LANGUAGES:
        return None
    whole = OTHER.get(code) or FEWER_OTHER.get(code)
    small = whole or LATIN + (MORE.get(code) or FEWER_MORE.get(code, ""))
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
