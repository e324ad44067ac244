"""Usual words for states and levels, in several languages."""

from __future__ import annotations

from typing import Final

# What tools call their states in German, French, Spanish, Italian, Dutch, Portuguese and Japanese,
# by the English word.
_LOCAL: Final = {
    "new": "neu, nouveau, nouvelle, nuevo, nueva, nieuw, nieuwe, novo, nova, nuovo, nuova, 新規",
    "open": "offen, ouvert, ouverte, abierto, abierta, geopend, aberto, aberta, aperto, aperta, "
    "オープン, 未対応, 未解決",
    "reopened": "erneut geöffnet, wieder geöffnet, rouvert, reabierto, reabierta, heropend, "
    "reaberto, reaberta, riaperto, riaperta, 再オープン",
    "to do": "zu erledigen, à faire, por hacer, tareas por hacer, te doen, a fazer, "
    "tarefas pendentes, da fare, da completare, 未着手",
    "assigned": "in bearbeitung (zugewiesen), en cours (attribué), en curso (asignado), "
    "toegewezen, atribuído, atribuída, assegnato, assegnata, 割り当て済み",
    "planned": "in bearbeitung (geplant), en cours (planifié), en curso (planificado), gepland, "
    "planejado, planeado, pianificato",
    "in progress": "in bearbeitung, in arbeit, en cours, en curso, en progreso, in behandeling, "
    "in uitvoering, mee bezig, em andamento, em progresso, em atendimento, em curso, in corso, "
    "in lavorazione, 進行中, 対応中, 処理中, 作業中",
    "waiting for support": "warten auf support, en attente du support, wachten op support, "
    "wachten op ondersteuning, aguardando suporte, aguardando pelo suporte, "
    "in attesa del supporto, サポート待ち",
    "waiting for customer": "waiting for customer, warten auf kunden, en attente du client, "
    "esperando al cliente, wartet auf kunde, wartet auf kunden, wachten op klant, "
    "wachten op de klant, wacht op klant, aguardando cliente, aguardando o cliente, "
    "aguardando pelo cliente, in attesa del cliente, 顧客待ち, お客様待ち",
    "pending": "pending, waiting, awaiting, wartet, wartend, ausstehend, en attente, pendiente, "
    "wachten, wachtend, in afwachting, pendente, aguardando, in attesa, ペンディング, 待機中",
    "on hold": "on hold, onhold, hold, warten, angehalten, zurückgestellt, en pause, en espera, "
    "in wartestellung, in de wacht, in wacht, em espera, em pausa, suspenso, suspensa, sospeso, "
    "sospesa, 保留中, 保留",
    "resolved": "gelöst, behoben, résolu, résolue, resuelto, resuelta, solucionado, solucionada, "
    "fixed, completed, opgelost, resolvido, resolvida, risolto, risolta, 解決済み, 解決",
    "done": "erledigt, fertig, terminé, terminée, terminado, terminada, hecho, listo, gereed, "
    "voltooid, klaar, concluído, concluída, completato, completata, 完了",
    "closed": "geschlossen, abgeschlossen, fermé, fermée, clos, clôturé, clôturée, cerrado, "
    "cerrada, gesloten, afgesloten, fechado, fechada, encerrado, encerrada, chiuso, chiusa, "
    "クローズ, クローズ済み, 終了",
    "canceled": "abgebrochen, storniert, annulé, annulée, cancelado, cancelada, anulado, "
    "geannuleerd, annullato, annullata, キャンセル, キャンセル済み",
}
ENGLISH: Final = {word: name for name, words in _LOCAL.items() for word in words.split(", ")}
ALIKE: Final[dict[str, tuple[str, ...]]] = {
    "pending": ("on hold",),
    "on hold": ("pending",),
    "waiting for customer": ("pending", "on hold"),
    "resolved": ("solved",),
    "done": ("resolved", "solved"),
}
# The same for levels. The nearest level of a scale that lacks one is used, with a finding.
_LOCAL_LEVELS: Final = {
    "critical": "kritisch, critique, crítica, crítico, kritiek, critica, critico, 重大, 致命的",
    "urgent": "dringend, urgente, 緊急",
    "highest": "höchste, la plus haute, más alta, hoogste, mais alta, massima, più alta, 最高",
    "very high": "sehr hoch, très haute, très haut, muy alta, muy alto, zeer hoog, muito alta, "
    "muito alto, molto alta, molto alto, 非常に高い",
    "major": "majeure, majeur",
    "high": "hoch, haute, haut, élevée, élevé, alta, alto, hoog, 高, 高い",
    "medium": "mittel, moyenne, moyen, media, medio, gemiddeld, middel, média, médio, 中",
    "moderate": "moderat, modérée, modéré, moderada, moderado, moderata, moderato",
    "normal": "normale, normaal, 通常",
    "low": "niedrig, gering, basse, bas, faible, baja, bajo, laag, baixa, baixo, bassa, basso, 低, "
    "低い",
    "very low": "sehr niedrig, très basse, très bas, muy baja, muy bajo, zeer laag, muito baixa, "
    "muito baixo, molto bassa, molto basso, 非常に低い",
    "lowest": "niedrigste, la plus basse, más baja, laagste, mais baixa, minima, più bassa, 最低",
    "planning": "planung, planification, planificación, planejamento, planeamento, pianificazione, "
    "計画",
}
ENGLISH_LEVELS: Final = {
    word: name for name, words in _LOCAL_LEVELS.items() for word in words.split(", ")
}
NEAREST: Final[dict[str, tuple[str, ...]]] = {
    "medium": ("moderate",),
    "moderate": ("medium",),
    "normal": ("moderate", "medium"),
    **dict.fromkeys(("urgent", "highest", "very high"), ("critical",)),
    **dict.fromkeys(("lowest", "very low"), ("planning",)),
}
NEGATED: Final = frozenset(
    (
        *("not", "nicht", "non", "no", "ne", "pas", "never", "nie", "niet", "geen", "não"),
        *("to", "be", "zu", "wird", "wordt", "te", "à", "por", "da"),
    )
)
