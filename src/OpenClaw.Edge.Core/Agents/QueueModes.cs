using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Decides how a message queues.</summary>
internal static class QueueModes
{
    /// <summary>The request's own mode, else the session's, else the configured one. Only chat messages are collected by
    /// default: other callers wait for the answer to their own message.</summary>
    public static QueueMode For(RunRequest request, SessionRow? row, QueueConfig queue)
    {
        if (request.QueueMode is { } asked)
        {
            return asked;
        }

        return request.Source == "chat" ? Parse(row?.QueueMode ?? queue.ModeOfChats) : QueueMode.Followup;
    }

    /// <summary>The oldest waiting run that may be dropped: its message stays in the transcript, and nobody waits for an
    /// answer to it alone.</summary>
    public static ActiveRun? Droppable(IReadOnlyList<ActiveRun> waiting) =>
        waiting.FirstOrDefault(active => active.Mode is QueueMode.Collect or QueueMode.Steer);

    private static QueueMode Parse(string mode) => mode.ToLowerInvariant() switch
    {
        "followup" => QueueMode.Followup,
        "interrupt" => QueueMode.Interrupt,
        "steer" => QueueMode.Steer,
        _ => QueueMode.Collect,
    };
}
