using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Runs of an earlier process, as far as the transcript knows them: a client that repeats a request after a restart
/// must not get a second turn.</summary>
internal static class RunHistory
{
    /// <summary>The ended run of this id; null when there is none.</summary>
    public static Run? FindEnded(SessionStore sessions, RunRequest request)
    {
        if (sessions.FindByIdempotencyKey(request.SessionKey, request.RunId + ":user") is not { } asked)
        {
            return null;
        }

        TranscriptEntry? row = sessions.FindByIdempotencyKey(request.SessionKey, request.RunId + ":assistant")
            ?? sessions.FindByIdempotencyKey(request.SessionKey, request.RunId + ":terminal-error");
        if (row is null)
        {
            return null;
        }

        Run run = new(request with { Message = asked.Message.Content.PlainText }, row.Message.Timestamp) { TextSoFar = row.Message.Content.PlainText };
        run.Complete(new RunResult
        {
            Status = row.Message switch
            {
                { Abort: not null } => RunStatus.Aborted,
                { StopReason: "error" } => RunStatus.Failed,
                _ => RunStatus.Done,
            },
            Text = row.Message.Content.PlainText,
            StopReason = row.Message.Abort?.Origin ?? row.Message.StopReason ?? "stop",
            Usage = row.Message.Usage ?? new(),
            Provider = row.Message.Provider ?? "",
            Model = row.Message.Model ?? "",
            ErrorMessage = row.Message.ErrorMessage,
            MessageId = row.Id,
            EndedAtMs = row.Message.Timestamp,
        });
        return run;
    }
}
