using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>A run registry on a real database, a scripted model and a manual clock, with every event written down.</summary>
internal sealed class AgentFixture : IAsyncDisposable
{
    private readonly TempDir _dir = new();
    private readonly EdgeDatabase _database;
    private readonly List<(string RunId, string Text)> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AgentFixture(EdgeConfig? config = null)
    {
        Config = config ?? new EdgeConfig();
        _database = EdgeDatabase.Open(_dir.PathOf("state/edge.sqlite"), Time, NullLogger.Instance);
        Sessions = new SessionStore(_database, Time);
        ModelProviderEntry entry = new()
        {
            Id = "scripted",
            Api = "scripted-api",
            BaseUri = new Uri("http://scripted/"),
            Provider = Model,
        };
        Catalog = ProviderCatalog.Of([entry], "scripted/one", Time);
        Models = new ModelRouter(Catalog, Time, NullLoggerFactory.Instance);
        Agents = new AgentCatalog(
        [
            new AgentEntry { Id = "main", Name = "Main", Workspace = Workspace, IsDefault = true },
        ]);
        Events.Listen(Write);
        Runtime = new AgentRuntime
        {
            Config = () => Config,
            Agents = () => Agents,
            Sessions = Sessions,
            Models = Models,
            Tools = new ToolRegistry(BuiltInTools.All),
            Events = Events,
            Time = Time,
            Loggers = NullLoggerFactory.Instance,
            Leaving = () => IsLeaving,
        };
        Runs = new RunRegistry(Runtime);
    }

    public EdgeConfig Config { get; set; }

    public bool IsLeaving { get; set; }

    public ManualTimeProvider Time { get; } = new();

    public ScriptedProvider Model { get; } = new();

    public ProviderCatalog Catalog { get; }

    public ModelRouter Models { get; }

    public AgentCatalog Agents { get; set; }

    public RunEventHub Events { get; } = new();

    public SessionStore Sessions { get; }

    public AgentRuntime Runtime { get; }

    public RunRegistry Runs { get; }

    public string Workspace => _dir.PathOf("workspace");

    public EdgeDatabase Database => _database;

    public static SessionKey Key(string rest)
    {
        SessionKey.TryParse($"agent:main:{rest}", "main", out SessionKey key);
        return key;
    }

    public static RunRequest Request(string runId, string message, string session = "main", string source = "chat") => new()
    {
        RunId = runId,
        SessionKey = Key(session),
        Message = message,
        Source = source,
    };

    public async Task<Run> StartAsync(RunRequest request)
    {
        RunAdmission admission = await Runs.StartAsync(request, CancellationToken.None);
        return admission.Status == RunAdmissionStatus.Started
            ? admission.Run!
            : throw new InvalidOperationException($"{request.RunId}: {admission.Status}");
    }

    public async Task<RunResult> RunAsync(RunRequest request) => await EndAsync(await StartAsync(request));

    public static Task<RunResult> EndAsync(Run run) => run.Completion.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Events of a run, one line each, text included.</summary>
    public string[] EventsOf(string runId)
    {
        lock (_events)
        {
            return [.. _events.Where(written => written.RunId == runId).Select(written => written.Text)];
        }
    }

    /// <summary>Waits until an event of a run reads so.</summary>
    public async Task SeenAsync(string runId, string text)
    {
        while (true)
        {
            Task changed;
            lock (_events)
            {
                if (_events.Any(written => written.RunId == runId && written.Text.Contains(text, StringComparison.Ordinal)))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await Guard.Within(changed, $"event '{text}' of {runId}; there were: {string.Join(" | ", EventsOf(runId))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Runs.DisposeAsync();
        await Models.DisposeAsync();
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    private void Write(RunEvent happened)
    {
        string line = happened switch
        {
            RunPhaseEvent phase => phase.QueuePosition is int position ? $"{phase.Phase} {position}" : phase.Phase,
            RunStartedEvent => "started",
            RunModelEvent model => $"model {model.Provider}/{model.Model}",
            RunTextEvent text => $"text {Text(text.DeltaEscaped)}|{Text(text.MessageEscaped)}|{Text(text.RunDeltaEscaped)}|{Text(text.RunTextEscaped)}",
            RunThinkingEvent thinking => $"thinking {Text(thinking.DeltaEscaped)}",
            RunToolStartedEvent tool => $"tool start {tool.Title} {tool.Arguments.GetRawText()}",
            RunToolEndedEvent tool => $"tool end {(tool.Refused ? "refused " : tool.IsError ? "error " : "")}{tool.ResultText}",
            RunUsageEvent usage => $"usage {usage.OutputTokens}",
            RunEntryStoredEvent stored => $"stored {stored.Entry.Message.Role} {stored.Entry.Seq} {stored.Entry.Message.Content.PlainText}",
            RunFinishingEvent finishing => $"finishing {finishing.StopReason}",
            RunEndedEvent ended => $"ended {ended.Result.Status} {ended.Result.Text}",
            _ => happened.GetType().Name,
        };
        lock (_events)
        {
            _events.Add((happened.Run.Id, line));
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
