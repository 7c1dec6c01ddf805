using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Commands in chat, answered before any model is asked. Whoever calls has checked that the sender may. Thread-safe.
/// Source: docs/protocol.md, other endings.</summary>
public sealed class ChatCommands
{
    private static readonly string[] s_levels = ["off", "minimal", "low", "medium", "high", "xhigh", "max"];
    private static readonly string[] s_modes = ["steer", "followup", "collect", "interrupt"];

    private readonly AgentRuntime _runtime;
    private readonly RunRegistry _runs;

    internal ChatCommands(AgentRuntime runtime, RunRegistry runs)
    {
        _runtime = runtime;
        _runs = runs;
    }

    /// <summary>The commands: name, what it does, whether it takes arguments.</summary>
    public static IReadOnlyList<(string Name, string Description, bool Arguments)> All { get; } =
    [
        ("status", "Show the model, the session and the gateway", false),
        ("new", "Start over; a model, and what to begin with, may follow", true),
        ("reset", "Start over, as /new does", true),
        ("stop", "Abort the running turn", false),
        ("compact", "Shorten this conversation to a summary; text after it says what to look at", true),
        ("context", "Show what takes up the model's window; detail lists every tool", true),
        ("model", "Show or choose this session's model", true),
        ("think", "Show or choose how much the model reasons", true),
        ("elevated", "Show or choose whether commands leave the sandbox: off, on, ask, full", true),
        ("queue", "Show or choose what happens to messages that come while a turn runs", true),
        ("usage", "Show tokens and money of this session and of today", false),
        ("commands", "List these commands", false),
        ("help", "List these commands", false),
    ];

    /// <summary>Splits a message into a known command and its arguments. False when it belongs to the model.</summary>
    public static bool TryParse(string message, out string name, out string arguments)
    {
        ArgumentNullException.ThrowIfNull(message);
        (name, arguments) = ("", "");
        string text = message.Trim();
        if (!text.StartsWith('/') || text.Length < 2)
        {
            return false;
        }

        int end = text.AsSpan().IndexOfAny(" \t\r\n:");
        string word = (end < 0 ? text[1..] : text[1..end]).ToLowerInvariant();
        word = word is "t" or "thinking" ? "think" : word is "elev" ? "elevated" : word;
        (name, arguments) = (word, end < 0 ? "" : text[(end + 1)..].Trim());
        return All.Any(known => known.Name == word);
    }

    /// <summary>Whether a message starts the session over: <c>/new</c>, <c>/reset</c> or one of <c>session.resetTriggers</c>, alone or
    /// before white space or a colon; letters of either case are the same.</summary>
    /// <param name="message">The message.</param>
    /// <param name="word">The word without its slash; <c>new</c> for a trigger of the configuration.</param>
    /// <param name="rest">What follows it, for the new conversation.</param>
    public bool IsReset(string message, out string word, out string rest)
    {
        ArgumentNullException.ThrowIfNull(message);
        string text = message.Trim();
        foreach (string trigger in (IEnumerable<string>)["/new", "/reset", .. _runtime.Config().Session.ResetTriggers])
        {
            string wanted = trigger.Trim();
            if (wanted.Length > 0 && text.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
                && (text.Length == wanted.Length || text[wanted.Length] == ':' || char.IsWhiteSpace(text[wanted.Length])))
            {
                word = wanted.Equals("/reset", StringComparison.OrdinalIgnoreCase) ? "reset" : "new";
                rest = text[wanted.Length..].TrimStart(':').Trim();
                return true;
            }
        }

        (word, rest) = ("", "");
        return false;
    }

    /// <summary>Starts a session over, with the model that <paramref name="rest"/> begins with, if it names one.</summary>
    /// <returns>What is left of <paramref name="rest"/>: the first message of the new conversation.</returns>
    public async Task<(CommandAnswer Answer, string Left)> StartOverAsync(string word, string rest, SessionKey key, CancellationToken cancellationToken)
    {
        CommandAnswer answer = await RunAsync(word, "", key, cancellationToken);
        int end = rest.AsSpan().IndexOfAny(" \t\r\n");
        string first = end < 0 ? rest : rest[..end];
        if (first.Length == 0 || !_runtime.Models.Catalog.TryResolve(first, out _, out _))
        {
            return (answer, rest);
        }

        CommandAnswer chosen = await ModelAsync(first, key, cancellationToken);
        return (answer with { Text = $"{answer.Text} {chosen.Text}" }, end < 0 ? "" : rest[end..].Trim());
    }

    /// <summary>Runs a command that <see cref="TryParse"/> found. Throws what the store throws.</summary>
    public async Task<CommandAnswer> RunAsync(string name, string arguments, SessionKey key, CancellationToken cancellationToken)
    {
        switch (name)
        {
            case "status":
                return new(Status(key));
            case "stop":
                await _runs.Subagents.StopAsync(key, "rpc");
                return new((await _runs.AbortAsync(key, null, "rpc")).Count > 0 ? "Stopped." : "Nothing was running.");
            case "new" or "reset":
                await _runs.AbortAsync(key, null, "rpc");
                if (_runtime.Sessions.Find(key) is not null) // else it is new as it is
                {
                    await _runtime.Sessions.ResetAsync(key, name, cancellationToken);
                }

                _runtime.Notes?.Forget(key);
                return new(name == "new" ? "✅ New session started." : "✅ Session reset.", "reset");
            case "compact":
                return await CompactAsync(arguments, key, cancellationToken);
            case "context":
                return new(_runs.DescribeContext(key, arguments is "detail" or "map"));
            case "model":
                return await ModelAsync(arguments, key, cancellationToken);
            case "think":
                return await ThinkAsync(arguments.ToLowerInvariant(), key, cancellationToken);
            case "elevated":
                return await ElevatedAsync(arguments.ToLowerInvariant(), key, cancellationToken);
            case "queue":
                return await QueueAsync(arguments.ToLowerInvariant(), key, cancellationToken);
            case "usage":
                return new(Usage(key));
            default:
                return new(string.Join('\n', All.Select(known => $"/{known.Name}: {known.Description}")));
        }
    }

    private async Task<CommandAnswer> CompactAsync(string focus, SessionKey key, CancellationToken cancellationToken)
    {
        CompactionOutcome outcome = await _runs.CompactAsync(key, focus.Length > 0 ? focus : null, cancellationToken);
        if (!outcome.Compacted)
        {
            return new($"Compaction skipped: {outcome.Reason}.");
        }

        string made = outcome.ByModel ? "." : "; the model gave no summary, so this one was put together from the messages.";
        return new($"Compacted ({outcome.TokensBefore} tokens became {outcome.TokensAfter}){made}", "compact", outcome.Entry);
    }

    /// <summary>Whether a word is a reasoning level.</summary>
    internal static bool IsLevel(string word) => s_levels.Contains(word);

    /// <summary>Splits the arguments of <c>/model</c> into the model and how far the choice reaches: <c>session</c>, <c>agent</c> or <c>global</c>.</summary>
    public static (string Model, string Scope) ModelScope(string arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string scope = words.LastOrDefault(word => word.StartsWith('-')) switch
        {
            "-a" or "--agent" => "agent",
            "-g" or "--global" => "global",
            _ => "session",
        };
        return (string.Join(' ', words.Where(word => !word.StartsWith('-'))), scope);
    }

    private async Task<CommandAnswer> ModelAsync(string arguments, SessionKey key, CancellationToken cancellationToken)
    {
        string wanted = ModelScope(arguments).Model;
        if (wanted.Length == 0 || wanted == "status")
        {
            return new($"This session uses {CurrentModel(key)}. /model provider/model chooses another, /model default goes back.");
        }

        bool back = wanted is "default" or "reset";
        ModelProviderEntry? provider = null;
        string? modelId = null;
        if (!back && !_runtime.Models.Catalog.TryResolve(wanted, out provider, out modelId))
        {
            return new($"No model is called {wanted}. `openclaw models list` shows what there is.");
        }

        string? chosen = back ? null : $"{provider!.Id}/{modelId}";
        await _runtime.Sessions.PatchAsync(key, new SessionPatch { ModelOverride = Optional.Of(chosen) }, cancellationToken);
        return new($"This session uses {CurrentModel(key)} from now on.", "patch");
    }

    private async Task<CommandAnswer> ThinkAsync(string level, SessionKey key, CancellationToken cancellationToken)
    {
        ModelInfo? model = _runtime.Models.Catalog.Describe(CurrentModel(key));
        string[] levels = model is { Reasoning: false } ? ["off"] : s_levels;
        if (level.Length == 0 || level == "status")
        {
            string now = _runtime.Sessions.Find(key)?.ThinkLevel ?? Agent(key)?.Think ?? "the model's own";
            return new($"Current thinking level: {now}. Options: default, {string.Join(", ", levels)}.");
        }

        bool back = level is "default" or "reset";
        if (!back && !levels.Contains(level))
        {
            return new($"{CurrentModel(key)} has no thinking level \"{level}\". Valid levels: default, {string.Join(", ", levels)}.");
        }

        await _runtime.Sessions.PatchAsync(key, new SessionPatch { ThinkLevel = Optional.Of(back ? null : level) }, cancellationToken);
        return new(back ? "Thinking level reset to default." : level == "off" ? "Thinking disabled." : $"Thinking level set to {level}.", "patch");
    }

    /// <summary>Whether a command takes more than the right to write: it moves a wall, or others' settings.</summary>
    public static bool NeedsAdmin(string name, string arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (name == "model" && ModelScope(arguments).Scope != "session") || (name == "elevated" && arguments is not ("" or "off" or "status"));
    }

    private async Task<CommandAnswer> ElevatedAsync(string level, SessionKey key, CancellationToken cancellationToken)
    {
        EdgeConfig config = _runtime.Config();
        if (level.Length == 0 || level == "status")
        {
            string now = AgentLoop.ElevatedLevel(_runtime.Sessions.Find(key)) ?? config.Agents.Defaults.ElevatedDefault;
            return new($"Current elevated level: {now}. Options: {string.Join(", ", ElevatedAccess.Levels)}, default.");
        }

        bool back = level is "default" or "reset";
        if (!back && !ElevatedAccess.Levels.Contains(level))
        {
            return new($"Unrecognized elevated level \"{level}\". Valid levels: {string.Join(", ", ElevatedAccess.Levels)}, default.");
        }

        using JsonDocument word = JsonDocument.Parse($"\"{level}\"");
        JsonElement? kept = back ? null : word.RootElement.Clone();
        await _runtime.Sessions.PatchAsync(
            key, new SessionPatch { Extra = new Dictionary<string, JsonElement?> { ["elevatedLevel"] = kept } }, cancellationToken);
        string none = config.Tools.Elevated is { Enabled: true, AllowFrom.Count: > 0 } ? ""
            : " Nobody may do that yet: tools.elevated.allowFrom names no one.";
        return new(
            back ? "Elevated level reset to default."
            : level == "off" ? "Elevated mode disabled: commands stay in the sandbox."
            : $"Elevated mode set to {level}: commands leave the sandbox for senders who may; approvals still apply.{none}",
            "patch");
    }

    private async Task<CommandAnswer> QueueAsync(string arguments, SessionKey key, CancellationToken cancellationToken)
    {
        if (arguments.Length == 0 || arguments == "status")
        {
            SessionRow? row = _runtime.Sessions.Find(key);
            QueueConfig queue = QueueWishes.Of(row, _runtime.Config().Messages.Queue);
            return new($"Current queue settings: mode={row?.QueueMode ?? queue.ModeOfChats}, debounce={queue.DebounceMs}ms, cap={queue.Cap}, drop={queue.Drop}. "
                + $"Options: {string.Join(", ", s_modes)}, default; debounce:500ms, cap:20, drop:old|new|summarize.");
        }

        bool back = arguments is "default" or "reset";
        Dictionary<string, JsonElement?> wishes = back ? QueueWishes.None() : [];
        string? mode = null;
        foreach (string word in back ? [] : arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (QueueWishes.Read(word, wishes))
            {
                case null when s_modes.Contains(word):
                    mode = word;
                    break;
                case null:
                    return new($"Unknown queue mode \"{word}\". Valid modes: {string.Join(", ", s_modes)}, default.");
                case { Length: > 0 } problem:
                    return new($"Nothing was changed: {problem}.");
                default:
                    break;
            }
        }

        await _runtime.Sessions.PatchAsync(
            key, new SessionPatch { QueueMode = back || mode is not null ? Optional.Of(mode) : default, Extra = wishes }, cancellationToken);
        return new(back ? "Queue mode reset to default." : mode is null ? "Queue options set." : $"Queue mode set to {mode}.", "patch");
    }

    private string Usage(SessionKey key)
    {
        SessionRow? row = _runtime.Sessions.Find(key);
        DateOnly today = DateOnly.FromDateTime(_runtime.Time.GetUtcNow().UtcDateTime);
        IReadOnlyList<UsageRow> sums = _runtime.Sessions.Usage(new UsageQuery { From = today, To = today });
        UsageRow? day = sums.Count > 0 ? sums[0] : null;
        UsageConfig limits = _runtime.Config().Usage;
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"This session: {row?.InputTokens ?? 0} tokens in, {row?.OutputTokens ?? 0} out, ${row?.CostUsd ?? 0:0.0000}{Limit(limits.Session)}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"Today (UTC), all sessions: {day?.Tokens.TotalTokens ?? 0} tokens in {day?.Runs ?? 0} turns, ${day?.Tokens.Cost.Total ?? 0:0.0000}{Limit(limits.Day)}");
        IReadOnlyList<UsageRow> own = _runtime.Sessions.Usage(new UsageQuery { Key = key });
        double session = own.Count > 0 ? own[0].CpuMs / 1000 : 0;
        return text.Append(
            CultureInfo.InvariantCulture,
            $"\nModels of this host and LAN worked {session:0.0} s for this session, {(day?.CpuMs ?? 0) / 1000:0.0} s today{Work(limits.Day)}").ToString();
    }

    private static string Work(UsageLimitConfig limit) => limit.CpuSeconds is { } most ? string.Create(CultureInfo.InvariantCulture, $" (limit {most:0.##} s)") : "";

    private static string Limit(UsageLimitConfig limit) => (limit.Tokens, limit.CostUsd) switch
    {
        (null, null) => "",
        ({ } tokens, null) => string.Create(CultureInfo.InvariantCulture, $" (limit {tokens} tokens)"),
        (null, { } usd) => string.Create(CultureInfo.InvariantCulture, $" (limit ${usd:0.00##})"),
        ({ } tokens, { } usd) => string.Create(CultureInfo.InvariantCulture, $" (limit {tokens} tokens or ${usd:0.00##})"),
    };

    private string Status(SessionKey key)
    {
        StringBuilder text = new();
        text.Append("Model: ").AppendLine(CurrentModel(key));
        text.Append("Session: ").Append(key.Text);
        if (_runtime.Sessions.Find(key) is { } row)
        {
            text.Append(CultureInfo.InvariantCulture, $", {row.MessageCount} messages, {row.TotalTokens ?? 0} tokens in context");
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Compactions: {row.CompactionCount}");
            text.Append(CultureInfo.InvariantCulture, $", queue: {row.QueueMode ?? _runtime.Config().Messages.Queue.Mode}");
            text.Append(CultureInfo.InvariantCulture, $", thinking: {row.ThinkLevel ?? Agent(key)?.Think ?? "default"}");
        }

        return text.ToString();
    }

    private AgentEntry? Agent(SessionKey key) => _runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent) ? agent : null;

    private string CurrentModel(SessionKey key) =>
        _runtime.Sessions.Find(key)?.ModelOverride
        ?? Agent(key)?.Model
        ?? _runtime.Models.Catalog.DefaultModelRef
        ?? "no model (none is configured and none was found on this host)";
}
