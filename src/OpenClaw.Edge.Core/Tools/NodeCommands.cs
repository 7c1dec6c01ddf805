using System.Text.Json;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>What this machine does for a gateway as its node: <c>system.run</c> under this machine's own approvals, <c>system.run.prepare</c>, which says what it would run, <c>system.which</c>,
/// and this machine's <c>exec-approvals.json</c>, read and changed by the gateway's administrators (<c>system.execApprovals.get</c>, <c>.set</c>).
/// Thread-safe.</summary>
public sealed class NodeCommands(ToolParts parts, string home)
{
    /// <summary>Their names.</summary>
    public static readonly IReadOnlyList<string> Names = ["system.run", "system.run.prepare", "system.which", "system.execApprovals.get", "system.execApprovals.set"];

    /// <summary>Those that it offers unless it is told to offer others: not the rules themselves, which are this machine's own.</summary>
    public static readonly IReadOnlyList<string> Offered = ["system.run", "system.run.prepare", "system.which"];

    private const int MaxOutputChars = 200_000;
    private const int MaxBins = 64;
    private const int DefaultTimeoutMs = 30_000;
    private const string NeedsCommand = "command required: a list of words, as in [\"uname\",\"-a\"]";

    private readonly ExecTool _exec = new(parts);

    /// <summary>Does a command. Throws <see cref="OperationCanceledException"/> only.</summary>
    /// <param name="command">One of <see cref="Names"/>.</param>
    /// <param name="parameters">Its params.</param>
    /// <param name="timeoutMs">Budget; null for thirty seconds.</param>
    /// <param name="cancellationToken">Kills what runs.</param>
    public async Task<NodeAnswer> InvokeAsync(string command, JsonElement parameters, int? timeoutMs, CancellationToken cancellationToken) =>
        parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null)
            ? NodeAnswer.Refuse("INVALID_REQUEST", $"{command}: params must be an object")
            : command switch
            {
                "system.run" => await RunAsync(parameters, timeoutMs ?? DefaultTimeoutMs, cancellationToken),
                "system.run.prepare" => Prepare(parameters),
                "system.which" => Which(parameters),
                "system.execApprovals.get" when parts.Guard is { } guard => Approvals(guard.File, guard.File.Read()),
                "system.execApprovals.set" when parts.Guard is { } guard => await SetApprovalsAsync(guard.File, parameters, cancellationToken),
                _ => NodeAnswer.Refuse("UNAVAILABLE", $"{command} does not exist on this node"),
            };

    private static NodeAnswer Approvals(ExecApprovalsFile file, ExecApprovalsState state) => new(ToolJson.Object(json => file.WriteMembers(json, state)));

    private static async Task<NodeAnswer> SetApprovalsAsync(ExecApprovalsFile file, JsonElement parameters, CancellationToken cancellationToken)
    {
        if (parameters.ValueKind != JsonValueKind.Object || !parameters.TryGetProperty("file", out JsonElement wanted) || wanted.ValueKind != JsonValueKind.Object)
        {
            return NodeAnswer.Refuse("INVALID_REQUEST", "INVALID_REQUEST: exec approvals file required");
        }

        (ExecApprovalsState? state, string problem) = await file.ReplaceAsync(wanted, ToolJson.Text(parameters, "baseHash"), cancellationToken);
        return state is null ? NodeAnswer.Refuse("INVALID_REQUEST", $"INVALID_REQUEST: {problem}") : Approvals(file, state);
    }

    private async Task<NodeAnswer> RunAsync(JsonElement parameters, int budgetMs, CancellationToken cancellationToken)
    {
        string? text = CommandOf(parameters);
        if (text is null)
        {
            return NodeAnswer.Refuse("INVALID_REQUEST", NeedsCommand);
        }

        if (parameters.TryGetProperty("systemRunPlan", out JsonElement plan) && plan.ValueKind == JsonValueKind.Object && CommandOf(plan, "argv") != text)
        {
            return NodeAnswer.Refuse("INVALID_REQUEST", "SYSTEM_RUN_DENIED: the command is not the one of its approved plan; prepare it again");
        }

        int ms = ToolJson.Integer(parameters, "timeoutMs") is { } own and > 0 ? Math.Min(own, budgetMs) : budgetMs;
        JsonElement arguments = ToolJson.Object(json =>
        {
            json.WriteString("command"u8, text);
            json.WriteString("workdir"u8, ToolJson.Text(parameters, "cwd") is { Length: > 0 } cwd ? cwd : home);
            json.WriteNumber("timeoutSeconds"u8, ms / 1000.0);
            json.WriteNumber("yieldMs"u8, 600_000);
            json.WriteString("host"u8, "gateway"u8);
            if (parameters.TryGetProperty("env", out JsonElement env) && env.ValueKind == JsonValueKind.Object)
            {
                json.WritePropertyName("env"u8);
                env.WriteTo(json);
            }
        });
        string agent = ToolJson.Text(parameters, "agentId") is { Length: > 0 } named ? named : "main";
        SessionKey key = SessionKey.TryParse(ToolJson.Text(parameters, "sessionKey"), agent, out SessionKey asked) && asked.IsIncognito ? asked : SessionKey.Main(agent);
        ToolCallContext context = new() { SessionKey = key, Workspace = home, MaxResultChars = MaxOutputChars };
        ToolResult result = await _exec.InvokeAsync(context, arguments, cancellationToken);
        if (result.Details is not { } details || !details.TryGetProperty("exitCode", out JsonElement code))
        {
            bool denied = result.Text.StartsWith("exec denied", StringComparison.Ordinal);
            return NodeAnswer.Refuse(
                denied ? "SYSTEM_RUN_DENIED" : "INVALID_REQUEST",
                denied ? $"{result.Text}. This node decides by its own tools.exec and exec-approvals.json: change them on that machine" : result.Text);
        }

        bool timedOut = details.TryGetProperty("timedOut", out JsonElement late) && late.ValueKind == JsonValueKind.True;
        bool success = !timedOut && !result.IsError && code.GetInt32() == 0;
        return new NodeAnswer(ToolJson.Object(json =>
        {
            json.WriteNumber("exitCode"u8, code.GetInt32());
            json.WriteBoolean("timedOut"u8, timedOut);
            json.WriteBoolean("success"u8, success);
            json.WriteString("stdout"u8, ToolJson.Text(details, "aggregated")); // both streams, in their order
            json.WriteString("stderr"u8, ""u8);
        }));
    }

    // What a person is asked about before system.run; whether it runs is decided by this machine when it comes. Patterns for lasting
    // permissions are kept here, so none are told.
    private NodeAnswer Prepare(JsonElement parameters)
    {
        if (CommandOf(parameters) is not { } text)
        {
            return NodeAnswer.Refuse("INVALID_REQUEST", NeedsCommand);
        }

        string agent = ToolJson.Text(parameters, "agentId") is { Length: > 0 } named ? named : "main";
        ExecPolicy policy = parts.Guard?.PolicyOf(agent, parts.Config().Config.Tools.Exec) ?? new ExecPolicy("deny", "off");
        return new NodeAnswer(ToolJson.Object(json =>
        {
            json.WriteStartObject("plan"u8);
            json.WritePropertyName("argv"u8);
            parameters.GetProperty("command").WriteTo(json);
            json.WriteString("cwd"u8, ToolJson.Text(parameters, "cwd") is { Length: > 0 } cwd ? cwd : home);
            json.WriteString("commandText"u8, text);
            json.WriteNull("commandPreview"u8); // explicit nulls of the wire
            json.WriteString("agentId"u8, ToolJson.Text(parameters, "agentId"));
            json.WriteString("sessionKey"u8, ToolJson.Text(parameters, "sessionKey"));
            json.WriteEndObject();
            json.WriteStartObject("execPolicy"u8);
            json.WriteString("security"u8, policy.Security);
            json.WriteString("ask"u8, policy.Ask);
            json.WriteEndObject();
            json.WriteStartObject("allowAlwaysCoverage"u8);
            json.WriteBoolean("complete"u8, false);
            json.WriteStartArray("patterns"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }

    private static string? CommandOf(JsonElement parameters, string name = "command")
    {
        if (parameters.ValueKind != JsonValueKind.Object || !parameters.TryGetProperty(name, out JsonElement command) || command.ValueKind != JsonValueKind.Array
            || command.GetArrayLength() == 0 || command.EnumerateArray().Any(word => word.ValueKind != JsonValueKind.String))
        {
            return null;
        }

        string[] words = [.. command.EnumerateArray().Select(word => word.GetString()!)];
        // A command line for the shell comes as sh -c "…"; it is judged as what it is, not as a call of sh.
        return words is ["sh" or "/bin/sh" or "bash" or "/bin/bash", "-c" or "-lc", var line] ? line
            : words[0].Length == 0 ? null
            : string.Join(' ', words.Select(Quoted));
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./:=@%+,".Contains(letter, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private NodeAnswer Which(JsonElement parameters)
    {
        string path = parts.Config().Environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
        return new NodeAnswer(ToolJson.Object(json =>
        {
            json.WriteStartObject("bins"u8);
            if (parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("bins", out JsonElement bins) && bins.ValueKind == JsonValueKind.Array)
            {
                foreach (string name in bins.EnumerateArray().Where(bin => bin.ValueKind == JsonValueKind.String).Select(bin => bin.GetString()!.Trim())
                    .Where(name => name.Length > 0).Distinct().Take(MaxBins))
                {
                    if (ProgramSearch.Find(name, home, path) is { } found)
                    {
                        json.WriteString(name, found);
                    }
                }
            }

            json.WriteEndObject();
        }));
    }
}
