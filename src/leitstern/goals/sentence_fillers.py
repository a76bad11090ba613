"""Words of a sentence that say nothing a goal is made of: articles, auxiliaries, "reach", "together".

Every other word has to be used, or is asked about. A word that may change what is measured
("average", "lost", "share", "each") must not stand here.
"""

from __future__ import annotations

_GERMAN = """
hoffentlich natürlich eigentlich ja mal wohl eben nun während der die das den dem des ein eine einem einen
einer eines eins und oder sowie aber denn dass daß damit so da in im ins an am aus bei beim mit nach von vom
vor zu zum zur für fürs durch als wie ist sind sein war waren wird werden werde wurde wurden worden würde
würden hat haben habe hatte hatten soll sollen sollte sollten muss muß müssen müssten will wollen wollte
möchte möchten mag kann können könnte könnten darf dürfen lässt lassen wir uns ich mir mich er sie es ihr
ihm ihn ihnen ihre ihren ihrer ihrem seine seinen seiner seinem sich man dies diese diesen dieser dieses
dieselbe selbst jetzt heute sofort auch noch dann schon bereits wieder weiter weiterhin künftig zukünftig
zukunft endlich dabei dafür davon dadurch hier daher deshalb bitte etwa rund circa ca ungefähr fast knapp
gut insgesamt gesamt gesamte gesamten ganze ganzen ganz zusammen gemeinsam spätestens deutlich spürbar klar
stark leicht kontinuierlich nachhaltig dauerhaft stetig signifikant möglichst unbedingt mindestens höchstens
maximal immer stets lang über unter ziel ziele ziels zielwert wert werte wertes höhe niveau marke stand
ergebnis kennzahl kpi vorhaben plan erreichen erreicht erreiche erzielen erzielt erziele schaffen schafft
schaffe machen macht mache gemacht bringen bringt bringe kommen kommt komme liegen liegt betragen beträgt
erwirtschaften erwirtschaftet erwirtschafte verbuchen verbucht liefern liefert leisten leistet gewinnen
gewinnt gewinne holen holt generieren generiert brauchen braucht benötigen benötigt landen landet planen
plant nehmen nimmt setzen setzt sichern sichert realisieren realisiert bekommen bekommt erhalten erhält
vornehmen vorgenommen einhalten eingehalten streben strebt anstreben angestrebt sorgen sorgt stellen
gestellt fahren einfahren fährt hin bin weg zahl anzahl alle aller allen herr herrn frau fallen fällt
gelangen zielen zielt klettern führt geht gehen gibt geben
"""
_ENGLISH = """
like d ll ve aim from the a an and or but so that this these those of in on at for with into as than be is
are was were been being will shall should must would can could may might need needs needed want wants wanted
has have had do does did let lets we us our ours i me my he she it its they them their his her you your who
which there here up also already again still further then now today together overall total altogether about
around roughly approximately nearly almost only just please significantly clearly strongly steadily
sustainably continuously ideally latest goal goals target targets value level result results kpi aims plan
plans figure mark reach reaches reached reaching achieve achieves achieved achieving hit hits hitting make
makes made making get gets getting bring brings bringing deliver delivers delivering generate generates
generating come comes land lands see sees take takes win wins winning won gain gains go goes going set sets
ensure ensures manage manages lie lies mr mrs ms number all over under least most more less whole entire
"""
FILLERS = frozenset((*_GERMAN.split(), *_ENGLISH.split()))
#: Small words that tie an amount or a time to the rest: beside a word that was not used, to what is unclear.
HINGES = {
    "amount": frozenset(("um", "auf", "by", "to")),
    "time": frozenset(("by", "bis", "within", "innerhalb", "binnen", "innert", "until", "ab", "seit")),
}
