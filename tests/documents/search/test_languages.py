"""Every language that a document may be in: a sentence, what finds it, what does not, and what is marked in it.

All sentences are in the index at once, so text and query meet though nobody says which language the query is in. Each
query is asked composed and decomposed.
"""

import re
import unicodedata
from typing import Any

import pytest
from django.utils import timezone

from documents.choices import LANGUAGES
from documents.search import highlight, languages, query, split, words
from documents.search.pages import Window
from documents.search.params import Wanted
from documents.search.words import Reading
from organizations.models import User
from tests.documents.search.corpus import write

# language | sentence
#     what finds it: another case, accent, spelling or inflection, or a part | what is marked | what does not find it
TABLE = """
afr | Môre reën dit oor die hele land.
    "MORE REEN" | Môre reën | moré's
amh | የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።
    ሲወለድ ነው | ሲወለድ ነው | ሲወለዱ
ara | يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.
    ناس احرارا | الناس أحرارًا | كتاب
asm | সকলো মানুহে স্বাধীনভাৱে জন্মগ্ৰহণ কৰে।
    সকলো স্বাধীনভাৱে | সকলো স্বাধীনভাৱে | স্বাধীন
aze | Bütün insanlar ləyaqət və hüquqlarına görə azad və bərabər doğulurlar.
    İNSANLAR LƏYAQƏT huquqlarina | insanlar ləyaqət hüquqlarına | layaqat
aze_cyrl | Бүтүн инсанлар ләјагәт вә һүгугларына ҝөрә азад вә бәрабәр доғулурлар.
    ЛӘЈАГӘТ ҺҮГУГЛАРЫНА | ләјагәт һүгугларына | лајагат
bel | Усе людзі нараджаюцца свабоднымі і роўнымі ў сваёй годнасці і правах.
    РОЎНЫМІ СВАЕЙ | роўнымі сваёй | роунымі
ben | সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।
    মর্যাদা নিয়ে | মর্যাদা নিয়ে | মর্যাদ
bod | འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང་། རང་དབང་འདྲ་མཉམ་དུ་ཡོད་ལ།
    རང་དབང | རང དབང | དབང་རང
bos | Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima.
    dostojanstvo rađaju | rađaju dostojanstvu | država
bul | Всички хора се раждат свободни и равни по достойнство и права.
    СВОБОДНИ ДОСТОЙНСТВО | свободни достойнство | достоинства
cat | Tots els éssers humans neixen lliures i iguals en dignitat i en drets.
    dret lliure ESSERS | éssers lliures drets | lliga
ceb | Ang tanang katawhan gipakatawo nga may kagawasan ug managsama sa kabilihon.
    KATAWHAN kagawasán | katawhan kagawasan | kagawas
ces | Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.
    důstojnost LIDE | lidé důstojnosti | důstojník
zho | 人人生而自由，在尊严和权利上一律平等。
    权利 一律平等 | 权利 一律平等 | 利权
tra | 人人生而自由，在尊嚴和權利上一律平等。
    尊嚴 | 尊嚴 | 嚴尊
chr | ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ ᎠᎴ ᎤᏂᏠᏱ ᎤᎾᏕᎿ ᏚᏳᎧᏛ ᎨᏒᎢ.
    ꮒꭶꮣ ᎠᏂᏴᏫ | ᏂᎦᏓ ᎠᏂᏴᏫ | ᏂᎦ
cym | Mae'r tŷ ar werth ers mis Mai.
    TY WERTH | tŷ werth | tyr
dan | Alle mennesker er født frie og lige i værdighed og rettigheder.
    rettighed FODT | født rettigheder | retning
deu | Alle Menschen sind frei und gleich an Würde und Rechten geboren; so heißt es.
    Mensch Rechte HEISST | Menschen Rechten heißt | Rechnung
dzo | འགྲོ་བ་མི་རིགས་ག་ར་དབང་ཆ་འདྲ་མཏམ་འབད་སྒྱེཝ་ལས་སྤུན་ཆའི་དམ་ཚིག་བསྟན་དགོ།
    དམ་ཚིག | དམ ཚིག | ཚིག་དམ
ell | Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.
    ΑΝΘΡΩΠΟΣ ελευθεροι | άνθρωποι ελεύθεροι | δικαστής
eng | All human beings are born free and equal in dignity and rights.
    being right | beings rights | bearing
enm | Whan that Aprill with his shoures soote the droghte of March hath perced to the roote.
    DROGHTE shoures | shoures droghte | drought
epo | Ĉiuj homoj estas denaske liberaj kaj egalaj laŭ digno kaj rajtoj.
    homo rajton CIUJ | Ĉiuj homoj rajtoj | rajdi
est | Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt.
    õigusteks KOIK | Kõik õigustelt | inimlik
eus | Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak dituztela.
    eskubidea guztiek | guztiak eskubide | eskola
fas | تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند.
    ميآيند ازاد | آزاد می‌آیند | کتاب
fin | Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.
    oikeuksista vapaan | vapaina oikeuksiltaan | ihme
fra | Tous les êtres humains naissent libres et égaux en dignité et en droits.
    droit libre DIGNITE | libres dignité droits | dignitaire
frk | Alle Menſchen ſind frei und gleich an Würde und Rechten geboren.
    Mensch SIND | Menſchen ſind | Menge
frm | Les gens de bien ſont touſiours bien venuz, meſmes és païs eſtranges.
    TOUSIOURS pais | touſiours païs | toujours
gle | Saolaítear gach duine den chine daonna saor agus comhionann i ndínit agus i gcearta.
    cearta DUINE | duine gcearta | ceart-lár
glg | Tódolos seres humanos nacen libres e iguais en dignidade e dereitos.
    TODOLOS dereitos | Tódolos dereitos | dereita
grc | Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον, ὃς μάλα πολλὰ πλάγχθη.
    ανδρα ΜΟΥΣΑ | Ἄνδρα Μοῦσα | μουσική
guj | પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર અને સમાન હોય છે.
    સ્વતંત્ર દૃષ્ટિએ | દૃષ્ટિએ સ્વતંત્ર | સ્વતંત
hat | Tout moun fèt lib, egal ego pou diyite kou wè dwa.
    FET WE | fèt wè | fete
heb | כָּל בְּנֵי הָאָדָם נוֹלְדוּ בְּנֵי חוֹרִין.
    האדם חורין | הָאָדָם חוֹרִין | אדמה
hin | सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।
    अधिकार मनुष्य | मनुष्यों अधिकारों | अधिक
hrv | Sve su zemlje potpisale ugovor o zaštiti voda.
    ugovora ZASTITI | ugovor zaštiti | uvjet
hun | Minden emberi lény szabadon születik és egyenlő méltósága és joga van.
    lények SZABADON | lény szabadon | szabály
iku | ᐃᓅᔪᓕᒫᑦ ᐊᓂᖅᑎᕆᔪᓕᒫᑦ ᐃᓅᓚᐅᕐᒪᑕ ᐃᓱᒪᕐᓱᕐᑎᑕᐅᓪᓗᑎᒃ.
    "ᐃᓅᔪᓕᒫᑦ ᐊᓂᖅᑎᕆᔪᓕᒫᑦ" | ᐃᓅᔪᓕᒫᑦ ᐊᓂᖅᑎᕆᔪᓕᒫᑦ | ᐃᓅᔪ
ind | Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.
    kelahiran merdekalah | dilahirkan merdeka | lihat
isl | Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum.
    MADUR rettindum | maður réttindum | rettur
ita | Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.
    diritto libero DIGNITA | liberi dignità diritti | dirigere
ita_old | Nel mezzo del cammin di nostra vita mi ritrovai per vna ſelua oscura.
    oscure SELUA | ſelua oscura | osceno
jav | Saben wong duwé hak kang padha lan ora dibédak-bédakaké.
    DUWE padha | duwé padha | duwur
jpn | すべての人間は自由であり、新しいデータを公開した。
    人間 ﾃﾞｰﾀ 公開 | 人間 データ 公開 | 間人
kan | ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ.
    ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ | ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ | ಮಾನವರ
kat | ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.
    ᲧᲕᲔᲚᲐ ადამიანი | ყველა ადამიანი | ადამ
kat_old | პირველითგან იყო სიტყუაჲ, და სიტყუაჲ იგი იყო ღმრთისა თანა.
    "ᲡᲘᲢᲧᲣᲐᲲ ᲘᲒᲘ" | სიტყუაჲ იგი | სიტყვა
kaz | Барлық адамдар тумысынан азат және құқықтары тең болып дүниеге келеді.
    ҚҰҚЫҚТАРЫ тең | құқықтары тең | кукыктары
khm | មនុស្សទាំងអស់កើតមកមានសេរីភាព និងសមភាពក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។
    សេរីភាព | សេរីភាព | ភាពសេរី
kir | Бардык адамдар укуктарында эркин жана тең укуктуу болуп жаралат.
    ТЕҢ эркин | эркин тең | эрк
kor | 모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.
    인간 권리 | 인간 권리 | 리권
kur | Hemû mirov azad û di weqar û mafan de wekhev tên dinyayê.
    HEMU dinyaye | Hemû dinyayê | dinya
lao | ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ, ສິດທິ, ເສລີພາບແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ.
    ສິດທິ ເສລີພາບ | ສິດທິ ເສລີພາບ | ພາບເສລີ
lat | Omnes homines liberi æquique dignitate atque iuribus nascuntur.
    AEQUIQUE homines | homines æquique | aequitas
lav | Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās.
    CILVEKI brivi | cilvēki brīvi | cilveks
lit | Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis.
    laisvas ZMONES | žmonės laisvi | teismas
mal | അവൻ സ്വാതന്ത്ര്യത്തോടുകൂടി ജനിച്ചവരിൽ ഒരാളാണ്.
    അവന്‍ ജനിച്ചവരില്‍ | അവൻ ജനിച്ചവരിൽ | അവ
mar | सर्व मानवी व्यक्ति जन्मतःच स्वतंत्र आहेत व त्यांना समान अधिकार आहेत.
    जन्मतःच स्वतंत्र | जन्मतःच स्वतंत्र | स्वतंत
mkd | Сите човечки суштества се раѓаат слободни и еднакви по достоинство и права.
    РАЃААТ слободни | раѓаат слободни | слободен
mlt | Il-bnedmin kollha jitwieldu ħielsa u ugwali fid-dinjità u d-drittijiet.
    HIELSA dinjita | ħielsa dinjità | dinja
msa | Semua manusia dilahirkan bebas dan samarata dari segi kemuliaan dan hak-hak.
    KEMULIAAN "hak hak" | kemuliaan hak hak | kemulia's
mya | လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် မွေးဖွားလာသူများ ဖြစ်သည်။
    ဂုဏ်သိက္ခာ | ဂုဏ်သိက္ခာ | သိက္ခာဂုဏ်
nep | सबै व्यक्तिहरू जन्मजात स्वतन्त्र हुन् ती सबैको समान अधिकार र महत्व छ।
    व्यक्ति स्वतन्त्र | व्यक्तिहरू स्वतन्त्र | व्यर्थ
nld | Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.
    recht waardigheden | waardigheid rechten | mening
nor | Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter.
    menneske FODT | mennesker født | minne
ori | ସମସ୍ତ ମନୁଷ୍ୟ ଜନ୍ମକାଳରୁ ସ୍ୱାଧୀନ ଏବଂ ମର୍ଯ୍ୟାଦା ଓ ଅଧିକାରରେ ସମାନ।
    ମର୍ଯ୍ୟାଦା | ମର୍ଯ୍ୟାଦା | ମର୍ଯ୍ୟାଦ
pan | ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ, ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ ਜਨਮ ਤੋਂ ਹੀ ਆਜ਼ਾਦ ਹੈ।
    ਆਜ਼ਾਦ ਮਨੁੱਖੀ | ਮਨੁੱਖੀ ਆਜ਼ਾਦ | ਆਜਾਦ
pol | Wszyscy ludzie rodzą się wolni i równi w swej godności i w swych prawach.
    godność ROWNI | równi godności | gadać
por | Todos os seres humanos nascem livres e iguais em dignidade e em direitos.
    direito livre | livres direitos | dirigir
pus | ټول انسانان آزاد نړۍ ته راځي او د حقوقو او کرامت له پلوه سره برابر دي.
    ازاد راځی | آزاد راځي | انسانیت
ron | Toate ființele umane se nasc libere și egale în demnitate și în drepturi.
    fiinţele liber EGALE | ființele libere egale | ficat
rus | Все люди рождаются свободными и равными в своём достоинстве и правах.
    свободный достоинства СВОЕМ | свободными своём достоинстве | правда
san | सर्वे मानवाः स्वतन्त्राः समुत्पन्नाः वर्तन्ते अपि च समानाः एव वर्तन्ते।
    "मानवाः स्वतन्त्राः" | मानवाः स्वतन्त्राः | मानवी
sin | සියලු මනුෂ්‍යයෝ නිදහස්ව උපත ලබා ඇත.
    මනුෂ්යයෝ | මනුෂ්‍යයෝ | මනුෂ්
slk | Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dôstojnosti a práv.
    LUDIA dostojnosti | ľudia dôstojnosti | dostojny
slv | Vsi ljudje se rodijo svobodni in imajo enako dostojanstvo in čiste vode.
    CISTE ljudje | ljudje čiste | cista
spa | Todos los seres humanos nacen libres e iguales en dignidad y derechos.
    derecho libre | libres derechos | derrota
spa_old | En vn lugar de la Mancha, no ha mucho tiempo que viuia vn hidalgo.
    hidalgos MANCHA | Mancha hidalgo | hielo
sqi | Të gjithë njerëzit lindin të lirë dhe të barabartë në dinjitet.
    NJEREZIT barabarte | njerëzit barabartë | njeri
srp | Сва људска бића рађају се слободна и једнака у достојанству и правима.
    достојанство pravima | достојанству правима | држава
srp_latn | Svi građani imaju jednaka prava pred sudovima.
    prava građanima судовима | građani prava sudovima | sudbina
swa | Watu wote wamezaliwa huru, hadhi na haki zao ni sawa.
    HADHI "ni sawa" | hadhi ni sawa | hadithi
swe | Alla människor är födda fria och lika i värde och rättigheter.
    rättighet FODDA | födda rättigheter | rättvis
syr | ܟܽܠ ܒܰܪܢܳܫܳܐ ܐܶܬܺܝܠܶܕ ܒܰܪ ܚܺܐܪܶܐ.
    ܒܪܢܫܐ | ܒܰܪܢܳܫܳܐ | ܒܪܢ
tam | மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; உரிமைகளிலும் சமமானவர்கள்.
    உரிமைகள் சகலரும் | சகலரும் உரிமைகளிலும் | உணவு
tel | మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు.
    "జన్మతః స్వతంత్రులును" | జన్మతః స్వతంత్రులును | స్వతంత్ర
tgk | Тамоми одамон озод ба дунё меоянд ва аз лиҳози ҳуқуқ бо ҳам баробаранд.
    ҲУҚУҚ дуне | дунё ҳуқуқ | хукук
tgl | Ang lahat ng tao'y isinilang na malaya at pantay-pantay sa karangalan at mga karapatan.
    KARANGALAN tao’y | tao y karangalan | karang
tha | มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ
    เสมอภาค ศักดิ | เสมอภาค ศักดิ์ | ภาคเสมอ
tir | ብመንፅር ክብርን መሰልን ኩሎም ሰባት እንትውለዱ ነፃን ማዕሪን እዮም።
    ሰባት እዮም | ሰባት እዮም | ሰባ
tur | Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.
    insanları İNSANLAR ESIT | insanlar eşit | inanç
uig | ھەممە ئادەم زاتىدىنلا ئەركىن، ئىززەت-ھۆرمەت ۋە ھوقۇقتا باپباراۋەر بولۇپ تۇغۇلغان.
    ئادەم "ئىززەت ھۆرمەت" | ئادەم ئىززەت ھۆرمەت | ئادا
ukr | Всі люди народжуються вільними; п’ять прав у своїй гідності.
    СВОЇЙ п'ять | п ять своїй | своій
urd | تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔
    پيدا هيں | پیدا ہیں | پیسا
uzb | Barcha odamlar erkin, qadr-qimmat va huquqlarda teng boʻlib tugʻiladilar.
    bo'lib TUG‘ILADILAR | bo lib tug iladilar | bolib
uzb_cyrl | Барча одамлар эркин, қадр-қиммат ва ҳуқуқларда тенг бўлиб туғиладилар.
    БЎЛИБ туғиладилар | бўлиб туғиладилар | тугма
vie | Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.
    nguoi "binh dang" | người bình đẳng | nguoa
yid | יעדער מענטש ווערט געבוירן פֿרײַ און גלײַך אין כּבֿוד און רעכט.
    װערט גלייך כבוד | ווערט גלײַך כּבֿוד | גלות
"""
LINES = TABLE.strip().splitlines()
ROWS = [
    tuple(cell.strip() for line in pair for cell in line.split(" | "))
    for pair in zip(LINES[::2], LINES[1::2], strict=True)
]
CODES = tuple(sorted(languages.STEMMERS))


def forms(q: str) -> set[str]:
    return {unicodedata.normalize(form, q) for form in ("NFC", "NFD")}


def marked(sentence: str, language: str, q: str) -> list[str]:
    """What the highlighter marks; letters that follow each other are one mark."""
    tree = split.plan(Wanted(q), anonymous=False, now=timezone.now()).tree
    leaves = list(words.leaves(tree, Reading(CODES)))
    [snippet] = highlight.snippets(sentence, language, leaves, limit=1) or [""]
    return re.findall("<em>(.*?)</em>", snippet)


def test_every_language_has_its_row() -> None:
    assert [row[0] for row in ROWS] == list(LANGUAGES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_whole_words_are_marked(row: Any) -> None:
    language, sentence, finds, marks, misses = row
    for q in forms(finds):
        assert marked(sentence, language, q) == marks.split(), q
        apart = [
            unicodedata.normalize("NFC", word) for word in marked(unicodedata.normalize("NFD", sentence), language, q)
        ]
        assert apart == unicodedata.normalize("NFC", marks).split(), q
    assert marked(sentence, language, misses) == []


@pytest.mark.django_db
def test_all_languages_in_one_index(owner: User) -> None:
    documents = {row[0]: write(owner, "Page", row[1], language=row[0]).pk for row in ROWS}
    wrong: list[tuple[str, str]] = []
    for language, _, finds, _, misses in ROWS:
        for q in (*forms(finds), f"text:({finds})"):
            if documents[language] not in found(owner, q):
                wrong.append((language, q))
        if documents[language] in found(owner, misses):
            wrong.append((language, misses))
    assert not wrong


def found(user: User, q: str) -> set[int]:
    return set(query.search(user, Wanted(q, sort="created_at"), Window(100)).hits.ids)
