using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Flags of jobs that run commands and scripts or wait for them, of their pace, and of where their answers and failures go.</summary>
internal sealed class CronWorkFlags
{
    private const int MaxScript = 65_536; // the gateway's

    private readonly Option<string?> _onExit = Of("--on-exit", "shell", "Once, when this command ends");
    private readonly Option<string?> _onExitCwd = Of("--on-exit-cwd", "path", "Its folder");
    private readonly Option<string?> _stream = Of("--stream-command", "json", "For the lines of this command, a JSON array");
    private readonly Option<string?> _streamCwd = Of("--stream-cwd", "path", "Its folder");
    private readonly Option<string?> _streamMode = Of("--stream-mode", "mode", "line or match");
    private readonly Option<string?> _streamMatch = Of("--stream-match", "regex", "Only lines that match");
    private readonly Option<long?> _streamBatch = Number("--stream-batch-ms", "Quiet that ends a batch of lines");
    private readonly Option<long?> _streamBytes = Number("--stream-max-batch-bytes", "Size that ends it");
    private readonly Option<string?> _paceMin = Of("--pacing-min", "duration", "Shortest wait that a run may ask for");
    private readonly Option<string?> _paceMax = Of("--pacing-max", "duration", "Longest one");
    private readonly Option<string?> _trigger = Of("--trigger-script", "path", "Condition: a JavaScript file, - for the input");
    private readonly Option<bool> _once = new("--trigger-once") { Description = "Switch off after the first run that it let happen" };
    private readonly Option<string?> _script = Of("--script", "file", "JavaScript to run, - for the input");
    private readonly Option<long?> _scriptSeconds = Number("--script-timeout-seconds", "Its time");
    private readonly Option<long?> _scriptTools = Number("--script-tool-budget", "Tool calls that it may make");
    private readonly Option<string?> _command = Of("--command", "shell", "Command to run, as sh -lc");
    private readonly Option<string?> _argv = Of("--command-argv", "json", "Command to run, a JSON array");
    private readonly Option<string?> _cwd = Of("--command-cwd", "path", "Its folder");
    private readonly Option<string[]> _env = new("--command-env") { Description = "A variable of it; may be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _input = Of("--command-input", "text", "What it reads");
    private readonly Option<double?> _silent = new("--no-output-timeout-seconds") { Description = "Longest silence of it", HelpName = "n" };
    private readonly Option<long?> _bytes = Number("--output-max-bytes", "Bytes kept of each output");
    private readonly Option<string?> _channel = Of("--channel", "channel", "Channel to announce on");
    private readonly Option<string?> _to = Of("--to", "dest", "Whom to announce it to");
    private readonly Option<string?> _thread = Of("--thread-id", "id", "Thread of the channel");
    private readonly Option<string?> _account = Of("--account", "id", "Account of the channel");
    private readonly Option<bool> _clearChannel = new("--clear-channel") { Description = "No channel of its own" };
    private readonly Option<bool> _clearTo = new("--clear-to") { Description = "Nobody of its own" };
    private readonly Option<bool> _clearThread = new("--clear-thread-id") { Description = "No thread" };
    private readonly Option<bool> _clearAccount = new("--clear-account") { Description = "No account of its own" };
    private readonly Option<bool> _clearPace = new("--clear-pacing") { Description = "No pace of its own" };
    private readonly Option<bool> _clearTrigger = new("--clear-trigger") { Description = "No condition" };
    private readonly Option<string?> _alertMode = Of("--failure-alert-mode", "mode", "announce or webhook");
    private readonly Option<string?> _alertChannel = Of("--failure-alert-channel", "channel", "Channel of alerts");
    private readonly Option<string?> _alertTo = Of("--failure-alert-to", "dest", "Whom alerts go to");
    private readonly Option<string?> _alertAccount = Of("--failure-alert-account-id", "id", "Account of alerts");

    public CronWorkFlags(bool isNew)
    {
        Option[] both =
        [
            _onExit, _onExitCwd, _stream, _streamCwd, _streamMode, _streamMatch, _streamBatch, _streamBytes, _paceMin, _paceMax, _trigger, _once,
            _script, _scriptSeconds, _scriptTools, _command, _argv, _cwd, _env, _input, _silent, _bytes, _channel, _to, _thread, _account,
        ];
        All = isNew ? both : [.. both, _clearChannel, _clearTo, _clearThread, _clearAccount, _clearPace, _clearTrigger, _alertMode, _alertChannel, _alertTo, _alertAccount];
        _streamMode.AcceptOnlyFromAmong("line", "match");
        _alertMode.AcceptOnlyFromAmong("announce", "webhook");
    }

    public Option[] All { get; }

    public bool HasSchedule(ParseResult parsed) => parsed.GetValue(_onExit) is not null || parsed.GetValue(_stream) is not null;

    public bool HasRoute(ParseResult parsed) =>
        parsed.GetValue(_channel) is not null || parsed.GetValue(_to) is not null || parsed.GetValue(_thread) is not null || parsed.GetValue(_account) is not null
        || parsed.GetValue(_clearChannel) || parsed.GetValue(_clearTo) || parsed.GetValue(_clearThread) || parsed.GetValue(_clearAccount);

    public bool HasAlert(ParseResult parsed) =>
        parsed.GetValue(_alertMode) is not null || parsed.GetValue(_alertChannel) is not null || parsed.GetValue(_alertTo) is not null
        || parsed.GetValue(_alertAccount) is not null;

    /// <summary>Whether flags name parts of a source without the source.</summary>
    public bool ChangesStream(ParseResult parsed) => parsed.GetValue(_streamCwd) is not null || parsed.GetValue(_streamMode) is not null
        || parsed.GetValue(_streamMatch) is not null || parsed.GetValue(_streamBatch) is not null || parsed.GetValue(_streamBytes) is not null;

    /// <summary>The members of a payload that the flags name, without its end; null when they name none.</summary>
    public string? Payload(ParseResult parsed, bool isNew)
    {
        (string? shell, string? argv, string? script) = (parsed.GetValue(_command), parsed.GetValue(_argv), parsed.GetValue(_script));
        int given = (shell is null ? 0 : 1) + (argv is null ? 0 : 1) + (script is null ? 0 : 1);
        bool command = shell is not null || argv is not null || (!isNew && (parsed.GetValue(_cwd) is not null || parsed.GetValue(_env) is { Length: > 0 }
            || parsed.GetValue(_input) is not null || parsed.GetValue(_silent) is not null || parsed.GetValue(_bytes) is not null));
        bool scripted = script is not null || (!isNew && (parsed.GetValue(_scriptSeconds) is not null || parsed.GetValue(_scriptTools) is not null));
        if (given > 1 || (command && scripted))
        {
            throw new CliException(ExitCode.Usage, "give one of --command, --command-argv and --script");
        }

        return !command && !scripted ? null : Json(json =>
        {
            json.WriteString("kind"u8, command ? "command" : "script");
            if (command)
            {
                WriteCommand(json, parsed, shell, argv);
                return;
            }

            if (script is not null)
            {
                json.WriteString("script"u8, Script(script, "--script"));
            }

            Put(json, "timeoutSeconds", parsed.GetValue(_scriptSeconds));
            Put(json, "toolBudget", parsed.GetValue(_scriptTools));
        });
    }

    public static void WritePayload(Utf8JsonWriter json, string payload, long? seconds, Action tools)
    {
        using JsonDocument members = JsonDocument.Parse(payload);
        json.WriteStartObject("payload"u8);
        foreach (JsonProperty member in members.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }

        if (seconds is { } number && !members.RootElement.TryGetProperty("timeoutSeconds"u8, out _))
        {
            json.WriteNumber("timeoutSeconds"u8, number);
        }

        tools();
        json.WriteEndObject();
    }

    public void WriteSchedule(Utf8JsonWriter json, ParseResult parsed, JsonElement before)
    {
        (string? exit, string? stream) = (parsed.GetValue(_onExit), parsed.GetValue(_stream));
        before = before.Text("kind") == "stream" ? before : default;
        if (exit is not null && stream is not null)
        {
            throw new CliException(ExitCode.Usage, "give one of --on-exit and --stream-command");
        }

        if (exit is null && stream is null && before.ValueKind != JsonValueKind.Object)
        {
            throw new CliException(ExitCode.Usage, "the --stream flags go with --stream-command, or with a job that has one");
        }

        json.WriteStartObject("schedule"u8);
        json.WriteString("kind"u8, exit is null ? "stream" : "on-exit");
        if (exit is not null)
        {
            json.WriteString("command"u8, exit);
            CronFlags.Text(json, "cwd", parsed.GetValue(_onExitCwd));
        }
        else
        {
            foreach (JsonProperty member in before.ValueKind == JsonValueKind.Object ? before.EnumerateObject() : default)
            {
                bool named = member.Name switch
                {
                    "command" => stream is not null,
                    "cwd" => parsed.GetValue(_streamCwd) is not null,
                    "mode" => parsed.GetValue(_streamMode) is not null,
                    "match" => parsed.GetValue(_streamMatch) is not null || parsed.GetValue(_streamMode) == "line",
                    "batchMs" => parsed.GetValue(_streamBatch) is not null,
                    "maxBatchBytes" => parsed.GetValue(_streamBytes) is not null,
                    _ => true,
                };
                if (!named)
                {
                    member.WriteTo(json);
                }
            }

            if (stream is not null)
            {
                Array(json, "command", stream, "--stream-command");
            }

            CronFlags.Text(json, "cwd", parsed.GetValue(_streamCwd));
            CronFlags.Text(json, "mode", parsed.GetValue(_streamMode));
            CronFlags.Text(json, "match", parsed.GetValue(_streamMatch));
            Put(json, "batchMs", parsed.GetValue(_streamBatch));
            Put(json, "maxBatchBytes", parsed.GetValue(_streamBytes));
        }

        json.WriteEndObject();
    }

    /// <summary>The pace and the condition; what is not named stays.</summary>
    public void Write(Utf8JsonWriter json, ParseResult parsed, JsonElement before)
    {
        (string? min, string? max, string? trigger) = (parsed.GetValue(_paceMin), parsed.GetValue(_paceMax), parsed.GetValue(_trigger));
        bool once = parsed.GetValue(_once);
        if ((parsed.GetValue(_clearPace) && (min is not null || max is not null)) || (parsed.GetValue(_clearTrigger) && (trigger is not null || once)))
        {
            throw new CliException(ExitCode.Usage, "--clear-pacing and --clear-trigger take away what the flags beside them set; give one of them");
        }

        if (parsed.GetValue(_clearPace))
        {
            json.WriteNull("pacing"u8);
        }
        else if (min is not null || max is not null)
        {
            json.WriteStartObject("pacing"u8);
            CronFlags.Text(json, "min", min ?? before.Member("pacing").Text("min"));
            CronFlags.Text(json, "max", max ?? before.Member("pacing").Text("max"));
            json.WriteEndObject();
        }

        if (parsed.GetValue(_clearTrigger))
        {
            json.WriteNull("trigger"u8);
        }
        else if (trigger is not null || once)
        {
            JsonElement known = before.Member("trigger");
            json.WriteStartObject("trigger"u8);
            json.WriteString("script"u8, trigger is not null ? Script(trigger, "--trigger-script")
                : known.Text("script") ?? throw new CliException(ExitCode.Usage, "--trigger-once goes with --trigger-script, or with a job that has a condition"));
            if (once || known.Flag("once"))
            {
                json.WriteBoolean("once"u8, true);
            }

            json.WriteEndObject();
        }
    }

    public void WriteRoute(Utf8JsonWriter json, ParseResult parsed)
    {
        CronFlags.Clearable(json, "channel", parsed.GetValue(_channel), parsed, _clearChannel);
        CronFlags.Clearable(json, "to", parsed.GetValue(_to), parsed, _clearTo);
        CronFlags.Clearable(json, "threadId", parsed.GetValue(_thread), parsed, _clearThread);
        CronFlags.Clearable(json, "accountId", parsed.GetValue(_account), parsed, _clearAccount);
    }

    public void WriteAlert(Utf8JsonWriter json, ParseResult parsed)
    {
        CronFlags.Text(json, "mode", parsed.GetValue(_alertMode));
        CronFlags.Text(json, "channel", parsed.GetValue(_alertChannel));
        CronFlags.Text(json, "to", parsed.GetValue(_alertTo));
        CronFlags.Text(json, "accountId", parsed.GetValue(_alertAccount));
    }

    private void WriteCommand(Utf8JsonWriter json, ParseResult parsed, string? shell, string? argv)
    {
        if (argv is not null)
        {
            Array(json, "argv", argv, "--command-argv");
        }
        else if (shell is not null)
        {
            json.WriteTexts("argv", ["sh", "-lc", shell]);
        }

        CronFlags.Text(json, "cwd", parsed.GetValue(_cwd));
        if (parsed.GetValue(_env) is { Length: > 0 } env)
        {
            json.WriteStartObject("env"u8);
            foreach (string pair in env)
            {
                int at = pair.IndexOf('=', StringComparison.Ordinal);
                json.WriteString(at > 0 ? pair[..at] : throw new CliException(ExitCode.Usage, $"--command-env: '{pair}' is not KEY=VALUE"), pair[(at + 1)..]);
            }

            json.WriteEndObject();
        }

        CronFlags.Text(json, "input", parsed.GetValue(_input));
        if (parsed.GetValue(_silent) is { } silent)
        {
            json.WriteNumber("noOutputTimeoutSeconds"u8, silent);
        }

        Put(json, "outputMaxBytes", parsed.GetValue(_bytes));
    }

    private static void Array(Utf8JsonWriter json, string name, string text, string flag)
    {
        try
        {
            using JsonDocument words = JsonDocument.Parse(text);
            if (words.RootElement.ValueKind != JsonValueKind.Array || words.RootElement.GetArrayLength() == 0)
            {
                throw new JsonException();
            }

            json.WritePropertyName(name);
            words.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Usage, $"{flag} takes a JSON array such as [\"node\",\"watch.mjs\"]");
        }
    }

    private static string Script(string path, string flag)
    {
        try
        {
            using Stream file = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using StreamReader reader = new(file);
            char[] text = new char[MaxScript + 1];
            int read = reader.ReadBlock(text);
            return read <= MaxScript ? new string(text, 0, read) : throw new CliException(ExitCode.Usage, $"{flag}: a script has {MaxScript} characters at most");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{flag}: {path} cannot be read: {wrong.Message}");
        }
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Put(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }

    private static Option<string?> Of(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static Option<long?> Number(string name, string description) => new(name) { Description = description, HelpName = "n" };
}
