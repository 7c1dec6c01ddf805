using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Gateway;

/// <summary>The last thousand things that happened in turns, for <c>diagnostics.stability</c>: no texts, no keys. Written on the runs' own
/// threads; thread-safe.</summary>
internal sealed class StabilityRecorder
{
    /// <summary>Most records that are kept.</summary>
    public const int Capacity = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<StabilityRecord> _records = new();
    private long _seq;

    /// <summary>Listens from now on.</summary>
    public StabilityRecorder(RunEventHub hub) => hub.Listen(On);

    /// <summary>Everything that is kept, oldest first, and how many older ones are gone.</summary>
    public (IReadOnlyList<StabilityRecord> Records, long Dropped) Read()
    {
        lock (_gate)
        {
            return ([.. _records], _seq - _records.Count);
        }
    }

    private void On(RunEvent told)
    {
        string source = told.Run.Request.Source;
        switch (told)
        {
            case RunPhaseEvent { Phase: "queued" }:
                Add(told, "message.queued", record => record with { Source = source });
                break;
            case RunStartedEvent:
                Add(told, "session.state", record => record with { Source = source, Outcome = "processing" });
                break;
            case RunToolStartedEvent tool:
                Add(told, "tool.execution.started", record => record with { ToolName = tool.Name, Source = "core" });
                break;
            case RunToolEndedEvent tool:
                Add(told, tool.IsError ? "tool.execution.error" : "tool.execution.completed", record => record with
                {
                    ToolName = tool.Name,
                    Source = "core",
                    DurationMs = told.TimestampMs - tool.StartedAtMs,
                    Reason = tool.IsError ? "tool_error" : null,
                });
                break;
            case RunEndedEvent { Result: { } result }:
                OnEnded(told, source, result);
                break;
        }
    }

    private void OnEnded(RunEvent told, string source, RunResult result)
    {
        long took = told.TimestampMs - (told.Run.StartedAtMs > 0 ? told.Run.StartedAtMs : told.Run.AcceptedAtMs);
        if (result.Usage.TotalTokens > 0)
        {
            Add(told, "model.usage", record => record with
            {
                Provider = result.Provider,
                Model = result.Model,
                Usage = result.Usage,
                DurationMs = took,
            });
        }

        bool failed = result.Status is RunStatus.Failed or RunStatus.TimedOut;
        Add(told, "message.processed", record => record with
        {
            Source = source,
            DurationMs = took,
            Outcome = failed ? "error" : result.Status == RunStatus.Aborted ? "skipped" : "completed",
            Reason = failed ? result.Failure?.ToString() ?? "timeout" : result.Status == RunStatus.Aborted ? "aborted" : null,
            Warns = failed,
        });
        Add(told, "session.state", record => record with { Source = source, Outcome = "idle" });
    }

    private void Add(RunEvent told, string type, Func<StabilityRecord, StabilityRecord> fill)
    {
        lock (_gate)
        {
            _records.Enqueue(fill(new StabilityRecord(++_seq, told.TimestampMs, type)));
            if (_records.Count > Capacity)
            {
                _records.Dequeue();
            }
        }
    }
}
