"""The table of commands and their handlers."""

from __future__ import annotations

from collections.abc import Mapping

from data.domain import messages as m
from data.services import (
    alarm_acts,
    alarm_reports,
    clearing,
    contingencies,
    directing,
    dispatching,
    escalating,
    fielding,
    filing,
    following,
    incidents,
    ledger,
    linking,
    monitoring,
    registering,
    reports,
    responding,
    shifts,
    supplies,
    tasking,
    thresholds,
    zones,
)
from data.services.bus import Handler

HANDLERS: Mapping[type[m.Command], Handler] = {
    m.ReceiveReport: reports.receive_report,
    m.OpenIncident: incidents.open_incident,
    m.MergeReport: reports.merge_report,
    m.DismissReport: reports.dismiss_report,
    m.EditIncident: incidents.edit_incident,
    m.ConfirmGrade: incidents.confirm_grade,
    m.FileFollowup: reports.file_followup,
    m.CloseIncident: incidents.close_incident,
    m.WriteEntry: incidents.write_entry,
    m.RecordResponse: responding.record_response,
    m.EndResponse: responding.end_response,
    m.IssueDispatch: dispatching.issue_dispatch,
    m.AdvanceAssignment: following.advance_assignment,
    m.RedirectAssignment: following.redirect_assignment,
    m.AdvanceTransfer: supplies.advance_transfer,
    m.DrawZone: zones.draw_zone,
    m.EndZone: zones.end_zone,
    m.CompleteTeam: registering.complete_team,
    m.StoreRows: registering.store_rows,
    **contingencies.HANDLERS,
    **tasking.HANDLERS,
    **escalating.HANDLERS,
    **directing.HANDLERS,
    **ledger.HANDLERS,
    **filing.HANDLERS,
    **clearing.HANDLERS,
    **linking.HANDLERS,
    **shifts.HANDLERS,
    **fielding.HANDLERS,
    **monitoring.HANDLERS,
    **alarm_acts.HANDLERS,
    **alarm_reports.HANDLERS,
    **thresholds.HANDLERS,
}
