# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and places for the people of the demo."""

from typing import NamedTuple


class Region(NamedTuple):
    """A country with names from there; words are separated by spaces or bars."""

    code: str
    country: str  # as Odoo writes it
    own_name: str  # as its people write it
    dial: str
    cities: tuple[tuple[str, str], ...]  # city and postal code
    streets: str
    given: str
    family: str
    company: str


REGIONS = (
    Region(
        *("DE", "Germany", "Deutschland", "+49-30"),
        (("Köln", "50667"), ("München", "80331"), ("Görlitz", "02826")),
        "Hauptstraße|Äußere Gasse|Über den Höfen|Schlossallee",
        "Jürgen Käthe Sören Änne Björn Friederike Ömer Liesl",
        "Müller Groß Schröder Weiß Köhler Lübbers Öztürk Vogt",
        "{} & Söhne GmbH",
    ),
    Region(
        *("FR", "France", "France", "+33-1"),
        (("Paris", "75001"), ("Besançon", "25000"), ("Orléans", "45000")),
        "rue de l'Église|place du Marché|allée des Chênes",
        "François Zoé Hélène Loïc Noël Maëlle Benoît",
        "Lefèvre Gonçalves Chénier D'Hôtel Forêt Brûlé",
        "Établissements {}",
    ),
    Region(
        *("PL", "Poland", "Polska", "+48-22"),
        (("Łódź", "90-001"), ("Kraków", "30-001"), ("Gdańsk", "80-001")),
        "ulica Długa|plac Świętojański|ulica Źródlana",
        "Łukasz Małgorzata Zbigniew Żaneta Michał Agnieszka",
        "Wiśniewska Dąbrowski Wójcik Źrebiec Kamińska",
        "{} sp. z o.o.",
    ),
    Region(
        *("GR", "Greece", "Ελλάδα", "+30-21"),
        (("Αθήνα", "105 57"), ("Θεσσαλονίκη", "546 24")),
        "Ερμού|Αριστοτέλους|Αγίου Δημητρίου",
        "Ελένη Γιώργος Δήμητρα Νίκος Σοφία",
        "Παπαδοπούλου Οικονόμου Γεωργίου Αλεξίου",
        "{} Α.Ε.",
    ),
    Region(
        *("UA", "Ukraine", "Україна", "+380-44"),
        (("Київ", "01001"), ("Львів", "79000")),
        "вулиця Хрещатик|площа Ринок|вулиця Соборна",
        "Оксана Тарас Їжакевич Юрій Соломія",
        "Шевченко Коваленко Ґудзь Мельник",
        "ТОВ {}",
    ),
    Region(
        *("JP", "Japan", "日本", "+81-3"),
        (("東京都千代田区", "100-0001"), ("大阪市北区", "530-0001")),
        "丸の内|梅田|中央通り",
        "花子 太郎 さくら 健 美咲",
        "山田 佐藤 高橋 渡邉 髙木",
        "株式会社{}",
    ),
    Region(
        *("EG", "Egypt", "مصر", "+20-2"),
        (("القاهرة", "11511"), ("الإسكندرية", "21500")),
        "شارع التحرير|شارع النيل",
        "فاطمة محمد ليلى يوسف",
        "حسن المصري عبدالله نجيب",
        "شركة {}",
    ),
    Region(
        *("IN", "India", "भारत", "+91-11"),
        (("नई दिल्ली", "110001"), ("मुंबई", "400001")),
        "महात्मा गांधी मार्ग|चाँदनी चौक",
        "प्रिया अर्जुन दीपिका कृष्ण",
        "शर्मा सिंह गुप्ता ठाकुर",
        "{} प्राइवेट लिमिटेड",
    ),
)

TITLES = (
    *("", "", "Einkauf", "Ingénieure", "Sales, Europe", "Κηπουρός", "代表取締役"),
    *("CEO; Founder", "Łącznik"),
)
CATEGORIES = ("Freunde", "Kundschaft", "Presse, Rundfunk", "Famille", "取引先", "VIP")
