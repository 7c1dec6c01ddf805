using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>What a job is made of, as flags.</summary>
internal sealed class CronFlags
{
    private readonly bool _isNew;
    private readonly Option<string?> _name = Of("--name", "text", "Name");
    private readonly Option<string?> _label = Of("--display-name", "text", "Name to show");
    private readonly Option<string?> _description = Of("--description", "text", "What it is for");
    private readonly Option<string?> _at = Of("--at", "when", "Once: a time (ISO 8601) or a duration such as 20m");
    private readonly Option<string?> _every = Of("--every", "duration", "Again and again, 10m or 1h");
    private readonly Option<string?> _cron = Of("--cron", "expr", "Cron expression of 5 fields, or 6 with seconds");
    private readonly Option<string?> _zone = Of("--tz", "iana", "Time zone of --cron and --at");
    private readonly Option<string?> _stagger = Of("--stagger", "duration", "Spread of cron times");
    private readonly Option<bool> _exact = new("--exact") { Description = "No spread" };
    private readonly Option<string?> _event = Of("--system-event", "text", "Note for the main session");
    private readonly Option<string?> _message = Of("--message", "text", "What the agent is asked");
    private readonly Option<string?> _agent = Of("--agent", "id", "Agent");
    private readonly Option<string?> _session = Of("--session", "target", "main, isolated, current or session:KEY");
    private readonly Option<string?> _sessionKey = Of("--session-key", "key", "Session that the job belongs to");
    private readonly Option<string?> _wake = Of("--wake", "mode", "now or next-heartbeat");
    private readonly Option<string?> _model = Of("--model", "model", "Model of the turn");
    private readonly Option<string?> _fallbacks = Of("--fallbacks", "list", "Models to try next");
    private readonly Option<string?> _thinking = Of("--thinking", "level", "Reasoning level of the turn");
    private readonly Option<string?> _tools = Of("--tools", "list", "The only tools that it may use");
    private readonly Option<long?> _seconds = new("--timeout-seconds") { Description = "Budget of the turn", HelpName = "n" };
    private readonly Option<bool> _light = new("--light-context") { Description = "Leave the workspace's notes out" };
    private readonly Option<bool> _announce = new("--announce", "--deliver") { Description = "Announce the answer" };
    private readonly Option<bool> _noDeliver = new("--no-deliver") { Description = "Announce nothing" };
    private readonly Option<string?> _webhook = Of("--webhook", "url", "Post the end of each run to this address");
    private readonly Option<bool> _bestEffort = new("--best-effort-deliver") { Description = "Do not fail when announcing fails" };
    private readonly Option<bool> _delete = new("--delete-after-run") { Description = "Remove it after its first success" };
    private readonly Option<bool> _keep = new("--keep-after-run") { Description = "Keep it after its success" };
    private readonly Option<bool> _noLight = new("--no-light-context") { Description = "Take the workspace's notes in again" };
    private readonly Option<bool> _clearTools = new("--clear-tools") { Description = "Allow all tools of the agent again" };
    private readonly Option<bool> _clearModel = new("--clear-model") { Description = "The agent's model again" };
    private readonly Option<bool> _clearFallbacks = new("--clear-fallbacks") { Description = "The agent's fallbacks again" };
    private readonly Option<bool> _clearThinking = new("--clear-thinking") { Description = "The agent's reasoning level again" };
    private readonly Option<bool> _clearAgent = new("--clear-agent") { Description = "The default agent again" };
    private readonly Option<bool> _clearLabel = new("--clear-display-name") { Description = "Show its name again" };
    private readonly Option<bool> _clearKey = new("--clear-session-key") { Description = "Belong to no session" };
    private readonly Option<bool> _noBestEffort = new("--no-best-effort-deliver") { Description = "Fail when announcing fails" };
    private readonly Option<bool> _alert = new("--failure-alert") { Description = "Tell the agent's main session when it keeps failing" };
    private readonly Option<bool> _noAlert = new("--no-failure-alert") { Description = "Tell nobody" };
    private readonly Option<long?> _alertAfter = new("--failure-alert-after") { Description = "Failures in a row before that", HelpName = "n" };
    private readonly Option<string?> _alertRest = Of("--failure-alert-cooldown", "duration", "Rest between alerts");
    private readonly Option<bool> _alertSkipped = new("--failure-alert-include-skipped") { Description = "Count skipped runs" };
    private readonly Option<bool> _alertFailed = new("--failure-alert-exclude-skipped") { Description = "Count failures only" };

    private readonly CronWorkFlags _work;

    public CronFlags(bool isNew)
    {
        _isNew = isNew;
        _work = new CronWorkFlags(isNew);
        Option[] both =
        [
            _name, _label, _description, _at, _every, _cron, _zone, _stagger, _exact, _event, _message, _agent, _session, _sessionKey, _wake, _model,
            _fallbacks, _thinking, _tools, _seconds, _light, _announce, _noDeliver, _webhook, _bestEffort, _delete, _keep,
        ];
        Option[] later =
        [
            _noLight, _clearTools, _clearModel, _clearFallbacks, _clearThinking, _clearAgent, _clearLabel, _clearKey, _noBestEffort, _alert, _noAlert, _alertAfter, _alertRest,
            _alertSkipped, _alertFailed,
        ];
        All = [.. both, .. isNew ? [] : later, .. _work.All];
        _wake.AcceptOnlyFromAmong("now", "next-heartbeat");
    }

    public List<Option> All { get; }

    public bool HasSchedule(ParseResult parsed) => parsed.GetValue(_at) is not null || parsed.GetValue(_every) is not null || parsed.GetValue(_cron) is not null
        || _work.HasSchedule(parsed);

    /// <summary>Writes the members of a job that the flags name.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="context">The command.</param>
    /// <param name="before">The job as it is; nothing for a new one.</param>
    /// <param name="name">Name from its place.</param>
    /// <param name="schedule">When, from its place.</param>
    /// <param name="message">What, from its place.</param>
    public void Write(Utf8JsonWriter json, CliContext context, JsonElement before, string? name, string? schedule, string? message)
    {
        ParseResult parsed = context.Parsed;
        message = parsed.GetValue(_message) ?? message;
        string? note = parsed.GetValue(_event);
        string? work = _work.Payload(parsed, _isNew);
        int works = (message is null ? 0 : 1) + (note is null ? 0 : 1) + (work is null ? 0 : 1);
        if (works > 1)
        {
            throw new CliException(ExitCode.Usage, "--message, --system-event, --command and --script are jobs of their own; give one of them");
        }

        if (_isNew && works == 0)
        {
            throw new CliException(
                ExitCode.Usage, "what should the job do? give --message for a turn of the agent, --system-event for a note, or --command or --script");
        }

        if (_isNew || parsed.GetValue(_name) is not null)
        {
            json.WriteString("name"u8, parsed.GetValue(_name) ?? name ?? "");
        }

        Clearable(json, "displayName", parsed.GetValue(_label), parsed, _clearLabel);
        Text(json, "description", parsed.GetValue(_description));
        Clearable(json, "sessionKey", parsed.GetValue(_sessionKey), parsed, _clearKey);
        Text(json, "sessionTarget", parsed.GetValue(_session) ?? (_isNew ? note is null ? "isolated" : "main" : null));
        Text(json, "wakeMode", parsed.GetValue(_wake) ?? (_isNew ? "now" : null));
        Clearable(json, "agentId", parsed.GetValue(_agent), parsed, _clearAgent);
        WriteSchedule(json, context, schedule, before.Member("schedule"));
        if (work is null)
        {
            WritePayload(json, parsed, message, note, before.Member("payload").Text("kind"));
        }
        else
        {
            CronWorkFlags.WritePayload(json, work, parsed.GetValue(_seconds), () => WriteTools(json, parsed));
        }

        _work.Write(json, parsed, before);
        WriteRest(json, parsed);
    }

    public static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private void WriteSchedule(Utf8JsonWriter json, CliContext context, string? schedule, JsonElement before)
    {
        ParseResult parsed = context.Parsed;
        (string? at, string? every, string? cron) = (parsed.GetValue(_at), parsed.GetValue(_every), parsed.GetValue(_cron));
        if (schedule is not null)
        {
            string trimmed = schedule.Trim();
            bool isEvery = trimmed.StartsWith("every ", StringComparison.OrdinalIgnoreCase);
            bool isCron = trimmed.StartsWith('@') || trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 5;
            at = isEvery || isCron ? null : trimmed;
            every = isEvery ? trimmed["every ".Length..] : null;
            cron = isCron && !isEvery ? trimmed : null;
        }

        bool wasCron = before.Text("kind") == "cron";
        if (!_isNew && at is null && every is null && cron is null && !_work.HasSchedule(parsed) && (parsed.GetValue(_zone) is not null || parsed.GetValue(_exact) || parsed.GetValue(_stagger) is not null))
        {
            cron = wasCron ? before.Text("expr") : throw new CliException(ExitCode.Usage, "--tz, --stagger and --exact change a job with a cron expression; give --cron with them");
        }

        int given = (at is null ? 0 : 1) + (every is null ? 0 : 1) + (cron is null ? 0 : 1);
        bool watches = _work.HasSchedule(parsed);
        given += watches ? 1 : 0;
        if (given > 1 || (_isNew && given == 0))
        {
            throw new CliException(
                ExitCode.Usage, given == 0 ? "when should it run? give --at, --every, --cron, --on-exit or --stream-command" : "give one of --at, --every, --cron, --on-exit and --stream-command");
        }

        if (watches || _work.ChangesStream(parsed))
        {
            _work.WriteSchedule(json, parsed, before);
            return;
        }

        if (given == 0)
        {
            return;
        }

        json.WriteStartObject("schedule"u8);
        json.WriteString("kind"u8, at is not null ? "at" : every is not null ? "every" : "cron");
        Text(json, "at", at is null ? null : CronTimes.At(at, parsed.GetValue(_zone), context.Clock.GetUtcNow()));
        Text(json, "expr", cron);
        if (every is not null)
        {
            json.WriteNumber("everyMs"u8, (long)CronTimes.Span(every, "--every").TotalMilliseconds);
        }

        if (cron is not null)
        {
            Text(json, "tz", parsed.GetValue(_zone) ?? (wasCron ? before.Text("tz") : null));
            if (parsed.GetValue(_exact) || parsed.GetValue(_stagger) is not null)
            {
                json.WriteNumber("staggerMs"u8, parsed.GetValue(_exact) ? 0 : (long)CronTimes.Span(parsed.GetValue(_stagger)!, "--stagger").TotalMilliseconds);
            }
        }

        json.WriteEndObject();
    }

    // Tools and a budget are of every kind of work: alone they change that of the job as it is.
    private void WritePayload(Utf8JsonWriter json, ParseResult parsed, string? message, string? note, string? kind)
    {
        bool turns = message is not null || IsGiven(parsed, _model, _fallbacks, _thinking, _light, _noLight, _clearModel, _clearFallbacks, _clearThinking);
        if (note is null && !turns && !IsGiven(parsed, _tools, _seconds, _clearTools))
        {
            return;
        }

        json.WriteStartObject("payload"u8);
        json.WriteString("kind"u8, note is not null ? "systemEvent" : turns ? "agentTurn" : kind ?? "agentTurn");
        Text(json, "text", note);
        Text(json, "message", message);
        Clearable(json, "model", parsed.GetValue(_model), parsed, _clearModel);
        Clearable(json, "thinking", parsed.GetValue(_thinking), parsed, _clearThinking);
        if (parsed.GetValue(_fallbacks) is { } fallbacks && !parsed.GetValue(_clearFallbacks))
        {
            WriteList(json, "fallbacks", fallbacks);
        }
        else
        {
            Clearable(json, "fallbacks", parsed.GetValue(_fallbacks), parsed, _clearFallbacks);
        }

        WriteTools(json, parsed);
        if (parsed.GetValue(_seconds) is { } seconds)
        {
            json.WriteNumber("timeoutSeconds"u8, seconds);
        }

        if (parsed.GetValue(_light) || parsed.GetValue(_noLight))
        {
            json.WriteBoolean("lightContext"u8, parsed.GetValue(_light));
        }

        json.WriteEndObject();
    }

    private void WriteRest(Utf8JsonWriter json, ParseResult parsed)
    {
        string? webhook = parsed.GetValue(_webhook);
        if ((webhook is null ? 0 : 1) + (parsed.GetValue(_announce) ? 1 : 0) + (parsed.GetValue(_noDeliver) ? 1 : 0) > 1)
        {
            throw new CliException(ExitCode.Usage, "choose at most one of --announce, --no-deliver, or --webhook");
        }

        if (webhook is not null || parsed.GetValue(_announce) || parsed.GetValue(_noDeliver) || parsed.GetValue(_bestEffort) || parsed.GetValue(_noBestEffort) || _work.HasRoute(parsed))
        {
            if (parsed.GetValue(_bestEffort) && parsed.GetValue(_noBestEffort))
            {
                throw new CliException(ExitCode.Usage, "give one of --best-effort-deliver and --no-best-effort-deliver");
            }

            if (webhook is not null && _work.HasRoute(parsed))
            {
                throw new CliException(ExitCode.Usage, "--webhook goes to an address; leave --channel, --to, --thread-id and --account out");
            }

            json.WriteStartObject("delivery"u8);
            if (_isNew || webhook is not null || parsed.GetValue(_announce) || parsed.GetValue(_noDeliver) || parsed.GetValue(_bestEffort))
            {
                json.WriteString("mode"u8, webhook is not null ? "webhook" : parsed.GetValue(_noDeliver) ? "none" : "announce");
            }

            Text(json, "to", webhook);
            _work.WriteRoute(json, parsed);
            if (parsed.GetValue(_bestEffort) || parsed.GetValue(_noBestEffort))
            {
                json.WriteBoolean("bestEffort"u8, parsed.GetValue(_bestEffort));
            }

            json.WriteEndObject();
        }

        if (parsed.GetValue(_delete) || parsed.GetValue(_keep))
        {
            json.WriteBoolean("deleteAfterRun"u8, parsed.GetValue(_delete));
        }

        bool alerts = parsed.GetValue(_alertAfter) is not null || parsed.GetValue(_alertRest) is not null || parsed.GetValue(_alertSkipped) || parsed.GetValue(_alertFailed)
            || _work.HasAlert(parsed);
        if (parsed.GetValue(_noAlert))
        {
            json.WriteBoolean("failureAlert"u8, !alerts && !parsed.GetValue(_alert) ? false : throw new CliException(ExitCode.Usage, "--no-failure-alert stands alone, without the other --failure-alert flags"));
        }
        else if (parsed.GetValue(_alert) || alerts)
        {
            if (parsed.GetValue(_alertSkipped) && parsed.GetValue(_alertFailed))
            {
                throw new CliException(ExitCode.Usage, "give one of --failure-alert-include-skipped and --failure-alert-exclude-skipped");
            }

            json.WriteStartObject("failureAlert"u8);
            _work.WriteAlert(json, parsed);
            if (parsed.GetValue(_alertAfter) is { } after)
            {
                json.WriteNumber("after"u8, after);
            }

            if (parsed.GetValue(_alertRest) is { } rest)
            {
                json.WriteNumber("cooldownMs"u8, (long)CronTimes.Span(rest, "--failure-alert-cooldown").TotalMilliseconds);
            }

            if (parsed.GetValue(_alertSkipped) || parsed.GetValue(_alertFailed))
            {
                json.WriteBoolean("includeSkipped"u8, parsed.GetValue(_alertSkipped));
            }

            json.WriteEndObject();
        }
    }

    private static bool IsGiven(ParseResult parsed, params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                return true;
            }
        }

        return false;
    }

    private void WriteTools(Utf8JsonWriter json, ParseResult parsed)
    {
        bool clears = parsed.GetValue(_clearTools);
        if (clears && parsed.GetValue(_tools) is not null)
        {
            throw new CliException(ExitCode.Usage, "--clear-tools takes away what --tools sets; give one of them");
        }

        if ((clears ? "*" : parsed.GetValue(_tools)) is { } tools)
        {
            WriteList(json, "toolsAllow", tools);
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, string value) =>
        json.WriteTexts(name, value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Writes a member, or null, which takes it away. It is one or the other.</summary>
    public static void Clearable(Utf8JsonWriter json, string name, string? value, ParseResult parsed, Option<bool> clear)
    {
        if (!parsed.GetValue(clear))
        {
            Text(json, name, value);
            return;
        }

        if (value is not null)
        {
            throw new CliException(ExitCode.Usage, $"{clear.Name} takes away what {clear.Name.Replace("clear-", "", StringComparison.Ordinal)} sets; give one of them");
        }

        json.WriteNull(name);
    }

    private static Option<string?> Of(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
