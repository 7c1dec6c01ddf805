using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Tools;

/// <summary>Runs a shell command: in the session's sandbox, or on this machine after the guard has cleared it. What takes
/// longer than the patience of the call goes on in the background.</summary>
public sealed partial class ExecTool(ToolParts parts) : ITool
{
    private const int MaxTold = 2000; // guess: bytes that a page shows of a command that runs
    private const int TaskHeadroom = 512; // new tasks that a command may make; guess: make -j on a small box stays below

    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "exec",
        "Run a shell command in the workspace. Long commands go on in the background; see process.",
        """{"type":"object","properties":{"command":{"type":"string"},"workdir":{"type":"string"},"env":{"type":"object"},"timeoutSeconds":{"type":"number","minimum":0},"yieldMs":{"type":"integer","minimum":0},"background":{"type":"boolean"},"pty":{"type":"boolean"},"host":{"type":"string","enum":["auto","sandbox","gateway","node"]},"ask":{"type":"string","enum":["off","on-miss","always"]}},"required":["command"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => ToolJson.Text(arguments, "command") is { Length: > 80 } text ? text[..79] + "…" : ToolJson.Text(arguments, "command");

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ExecConfig wanted = Permitted(ConfigOf(parts.Config().Config, context.SessionKey.AgentId), context.Permission);
        if (ToolJson.Text(arguments, "command") is { } line && !string.IsNullOrWhiteSpace(line) && !line.Contains('\0', StringComparison.Ordinal)
            && HostOf(context, arguments, wanted) == "node")
        {
            return await RunOnNodeAsync(context, arguments, wanted, line, cancellationToken);
        }

        (ExecSession? session, string problem, ExecConfig config) = await OpenAsync(context, arguments, null, cancellationToken);
        return session is null
            ? ToolResult.Error(problem)
            : await FollowAsync(session, context, Patience(arguments, config), cancellationToken);
    }

    /// <summary>Starts a command as a call of the tool does (same policy, same sandbox, same ledger) and leaves the rest to the caller, who
    /// follows the session and takes it out of the table.</summary>
    /// <param name="context">Session and workspace, already placed in the sandbox.</param>
    /// <param name="arguments">As the tool takes them.</param>
    /// <param name="tap">What the caller wants to see and to say.</param>
    /// <param name="cancellationToken">Gives up waiting for a person.</param>
    internal async Task<(ExecSession? Session, string Problem)> StartAsync(
        ToolCallContext context, JsonElement arguments, ExecTap tap, CancellationToken cancellationToken)
    {
        (ExecSession? session, string problem, _) = await OpenAsync(context, arguments, tap, cancellationToken);
        return (session, problem);
    }

    /// <summary>Ends a command, if it still runs, and forgets it.</summary>
    internal Task ForgetAsync(ExecSession session) => parts.Processes.RemoveAsync(session);

    private async Task<(ExecSession? Session, string Problem, ExecConfig Config)> OpenAsync(
        ToolCallContext context, JsonElement arguments, ExecTap? tap, CancellationToken cancellationToken)
    {
        ConfigSnapshot snapshot = parts.Config();
        ExecConfig config = Permitted(ConfigOf(snapshot.Config, context.SessionKey.AgentId), context.Permission);
        string command = ToolJson.Text(arguments, "command");
        if (string.IsNullOrWhiteSpace(command) || command.Contains('\0', StringComparison.Ordinal)
            || ToolJson.Text(arguments, "workdir").Contains('\0', StringComparison.Ordinal))
        {
            return (null, "exec: command is empty or has a NUL, or workdir has one", config);
        }

        string host = HostOf(context, arguments, config);
        if (host == "node")
        {
            return (null, "exec: commands of jobs run on the gateway's machine, and tools.exec.host is node", config);
        }

        bool leaves = Leaves(arguments, host, context);
        if (HostProblem(host, context, leaves) is { } refusal)
        {
            return (null, refusal, config);
        }

        double seconds = arguments.TryGetProperty("timeoutSeconds", out JsonElement given) ? given.GetDouble() : config.TimeoutSeconds;
        TimeSpan timeout = TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(7).TotalSeconds));
        (ExecSession? session, string problem) = context.Sandbox is { } sandbox && !leaves
            ? StartInSandbox(sandbox, context, arguments, command, timeout, tap)
            : await StartHereAsync(context, arguments, snapshot, config, command, timeout, tap, cancellationToken);
        return (session, problem, config);
    }

    private static string HostOf(ToolCallContext context, JsonElement arguments, ExecConfig config) =>
        ToolJson.Text(arguments, "host") is { Length: > 0 } wished and not "auto" ? wished : context.ExecNode is null ? config.Host : "node";

    /// <summary>The <c>tools.exec</c> that holds for an agent.</summary>
    internal static ExecConfig ConfigOf(EdgeConfig config, string agentId) =>
        config.Agents.List.FirstOrDefault(agent => agent.Id.Equals(agentId, StringComparison.OrdinalIgnoreCase))?.Tools?.Exec ?? config.Tools.Exec;

    // The mode of a session stands in the place of the configuration's, but opens nothing that is switched off there; the approvals file
    // tightens both.
    private static ExecConfig Permitted(ExecConfig config, string? permission) => permission switch
    {
        _ when ExecPolicy.Of(config).Security == "deny" => config,
        "read-only" => config with { Mode = "deny" },
        "guarded" or "workspace" => config with { Mode = "ask" }, // nobody reviews here but a person
        "full" => config with { Mode = "full" },
        _ => config,
    };

    // Out of the sandbox: asked for by the model, or by the level of the session; either way only for who may.
    private static bool Leaves(JsonElement arguments, string host, ToolCallContext context)
    {
        if (context.Sandbox is null || !context.Elevated.Allowed)
        {
            return false;
        }

        JsonValueKind asked = arguments.TryGetProperty("elevated", out JsonElement elevated) ? elevated.ValueKind : JsonValueKind.Undefined;
        return asked == JsonValueKind.True || host == "gateway" || (context.Elevated.On && host != "sandbox" && asked != JsonValueKind.False);
    }

    private static string? HostProblem(string host, ToolCallContext context, bool leaves) => host switch
    {
        _ when context.ExecNode is { } bound => $"exec: the commands of this session run on the node {bound}; leave host out",
        "sandbox" when context.Sandbox is null => "exec: this session has no sandbox (agents.defaults.sandbox.mode), and host is \"sandbox\"; nothing was run",
        "gateway" when context.Sandbox is not null && !leaves => $"exec: this session is sandboxed and may not leave it: {context.Elevated.Why}. Leave host out to run inside",
        _ => null,
    };

    // A folder as the sandbox shows it, for a command that does not run there.
    private static string Outside(string folder, SandboxSession? sandbox)
    {
        foreach ((string inside, string? outside) in sandbox is null ? []
            : ((string, string?)[])[(sandbox.Workdir, sandbox.HostWorkspace), (SandboxSession.AgentFolder, sandbox.HostAgentWorkspace)])
        {
            if (outside is not null && (folder == inside || folder.StartsWith(inside + "/", StringComparison.Ordinal)))
            {
                return outside + folder[inside.Length..];
            }
        }

        return folder;
    }

    private static TimeSpan Patience(JsonElement arguments, ExecConfig config) =>
        arguments.TryGetProperty("background", out JsonElement background) && background.ValueKind == JsonValueKind.True
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Min(ToolJson.Integer(arguments, "yieldMs") ?? config.BackgroundMs, 600_000));

    private static Dictionary<string, string> EnvOf(JsonElement arguments)
    {
        Dictionary<string, string> env = new(StringComparer.Ordinal);
        if (arguments.TryGetProperty("env", out JsonElement given))
        {
            foreach (JsonProperty variable in given.EnumerateObject())
            {
                env[variable.Name] = variable.Value.ValueKind == JsonValueKind.String ? variable.Value.GetString()! : variable.Value.GetRawText();
            }
        }

        return env;
    }

    private (ExecSession? Session, string Problem) StartInSandbox(
        SandboxSession sandbox, ToolCallContext context, JsonElement arguments, string command, TimeSpan timeout, ExecTap? tap)
    {
        string? workdir = ToolJson.Text(arguments, "workdir") is { Length: > 0 } asked ? asked : null;
        Dictionary<string, string> env = EnvOf(arguments);
        env["OPENCLAW_SHELL"] = "exec";
        SandboxCommand call = new() { Command = command, Workdir = workdir, Env = env, Timeout = timeout > TimeSpan.Zero ? timeout : null, Stdin = tap?.Input };
        ExecRequest request = new(context.SessionKey.AgentId, context.SessionKey.Text, command, workdir ?? sandbox.Workdir, timeout) { IsWatch = tap?.IsWatch == true };
        ExecSession? session = parts.Processes.Start(
            request,
            (sink, stop) => sandbox.ExecAsync(
                call,
                (bytes, errors) =>
                {
                    sink(bytes);
                    tap?.OnOutput(bytes, errors);
                },
                stop),
            out string problem);
        return (session, problem);
    }

    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "a session that is gone takes no input")]
    private async Task<(ExecSession? Session, string Problem)> StartHereAsync(
        ToolCallContext context, JsonElement arguments, ConfigSnapshot snapshot, ExecConfig config, string command, TimeSpan timeout,
        ExecTap? tap, CancellationToken cancellationToken)
    {
        bool terminal = arguments.TryGetProperty("pty", out JsonElement pty) && pty.ValueKind == JsonValueKind.True;
        bool background = Patience(arguments, config) == TimeSpan.Zero;
        string directory = Path.GetFullPath(ToolJson.Text(arguments, "workdir") is { Length: > 0 } asked ? Outside(asked, context.Sandbox) : context.ExecFolder ?? ".", context.Workspace);
        if (!Directory.Exists(directory))
        {
            return (null, $"exec: workdir {directory} is not a directory; use ls to see what is there");
        }

        Dictionary<string, string> added = EnvOf(arguments);
        if (!ExecEnvironment.TryMake(snapshot.Environment, added, config.PathPrepend, terminal, out Dictionary<string, string> env, out string problem))
        {
            return (null, $"exec: {problem}");
        }

        if (parts.Skills is { } skills)
        {
            ExecEnvironment.AddMissing(env, skills.EnvironmentOf(context.SessionKey.AgentId));
        }

        ApprovalRequest request = new()
        {
            Command = command,
            Directory = directory,
            AgentId = context.SessionKey.AgentId,
            SessionKey = context.SessionKey.Text,
        };
        string? ask = ToolJson.Text(arguments, "ask") is { Length: > 0 } harder ? harder : added.Count > 0 ? "on-miss" : null;
        using ExecClearance clearance = await parts.Guard.ClearAsync(request, config, ask, env, added, context.OnApproval, cancellationToken);
        if (clearance.Refusal is { } refusal)
        {
            return (null, refusal);
        }

        cancellationToken.ThrowIfCancellationRequested();
        parts.Processes.Keep = TimeSpan.FromMilliseconds(config.CleanupMs);
        HostCommand call = new()
        {
            Text = clearance.Text,
            Directory = directory,
            Folder = clearance.Folder,
            Recheck = clearance.Recheck,
            Environment = env,
            Shell = ShellOf(snapshot.Environment),
            Input = tap is null ? background : tap.Input is not null,
            Tap = tap is null ? null : tap.OnOutput,
            Terminal = terminal,
            MaxTasks = TasksNow() + TaskHeadroom,
        };
        ExecSession? session = parts.Processes.Start(
            new ExecRequest(context.SessionKey.AgentId, context.SessionKey.Text, command, directory, timeout) { IsWatch = tap?.IsWatch == true }, call, out problem);
        if (session is not null && tap?.Input is { } input)
        {
            _ = FeedAsync(session, input);
        }

        return (session, problem);
    }

    // A command that does not read is not waited for: five seconds for each piece, and then its input ends.
    private static async Task FeedAsync(ExecSession session, Stream input)
    {
        byte[] buffer = new byte[8192];
        try
        {
            int read;
            while ((read = await input.ReadAsync(buffer)) > 0)
            {
                if (await session.WriteAsync(buffer.AsMemory(0, read), end: false, CancellationToken.None) < read)
                {
                    break;
                }
            }
        }
        finally
        {
            await session.WriteAsync(ReadOnlyMemory<byte>.Empty, end: true, CancellationToken.None);
        }
    }

    private async Task<ToolResult> FollowAsync(ExecSession session, ToolCallContext context, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            if (patience > TimeSpan.Zero)
            {
                await (context.OnOutput is { } tell
                    ? TellAsync(session, tell, patience, cancellationToken)
                    : session.Ended.WaitAsync(patience, parts.Time, cancellationToken));
            }
        }
        catch (TimeoutException)
        {
            // it goes on in the background
        }
        catch (OperationCanceledException)
        {
            await session.StopAsync();
            _ = parts.Processes.RemoveAsync(session);
            throw;
        }

        session.Backgrounded = !session.Ended.IsCompleted;
        int room = Math.Max(400, context.MaxResultChars - 300);
        string output = session.Shown(room).TrimEnd();
        if (session.Backgrounded)
        {
            string running = string.Create(
                CultureInfo.InvariantCulture,
                $"Command still running (session {session.Id}{(session.Pid is { } pid ? $", pid {pid}" : "")}). Use process (poll, log, write, kill) with this sessionId.");
            return new ToolResult(output.Length == 0 ? running : $"{output}\n\n{running}", Details: Describe(session, output));
        }

        ToolResult result = Ended(session, output);
        if (session.Output.Total <= room)
        {
            _ = parts.Processes.RemoveAsync(session); // the answer has all of it
        }

        return result;
    }

    // A command that takes long is watched: every second the end of what it said so far, when that is more.
    private async Task TellAsync(ExecSession session, Action<string> tell, TimeSpan patience, CancellationToken cancellationToken)
    {
        long began = parts.Time.GetTimestamp();
        long told = 0;
        while (patience - parts.Time.GetElapsedTime(began) is { Ticks: > 0 } left)
        {
            try
            {
                await session.Ended.WaitAsync(left < s_tellEvery ? left : s_tellEvery, parts.Time, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                if (session.Output.Total > told)
                {
                    told = session.Output.Total;
                    tell(session.Tail(MaxTold));
                }
            }
        }
    }

    private static ToolResult Ended(ExecSession session, string output)
    {
        ProcessExit exit = session.Exit;
        string note = session.Failure is { } failure ? failure
            : session.TimedOut ? string.Create(CultureInfo.InvariantCulture, $"Command timed out after {session.Request.Timeout.TotalSeconds:0.#} seconds and was killed. Give a larger timeoutSeconds, or background:true")
            : exit.Signal != 0 ? string.Create(CultureInfo.InvariantCulture, $"Command was ended by signal {exit.Signal}")
            : exit.ExitCode != 0 ? string.Create(CultureInfo.InvariantCulture, $"(Command exited with code {exit.ExitCode})")
            : "";
        string text = note.Length == 0 ? output.Length == 0 ? "(no output)" : output
            : output.Length == 0 ? note : $"{output}\n\n{note}";
        return new ToolResult(text, session.Failure is not null || session.TimedOut || exit.Signal != 0, Describe(session, output));
    }

    private static JsonElement Describe(ExecSession session, string output) => ToolJson.Object(json =>
    {
        json.WriteString("status"u8, session.Status is "killed" ? "failed" : session.Status);
        json.WriteString("sessionId"u8, session.Id);
        if (session.Pid is { } pid)
        {
            json.WriteNumber("pid"u8, pid);
        }

        if (session.EndedAt is { } ended)
        {
            json.WriteNumber("exitCode"u8, session.Exit.ExitCode);
            json.WriteNumber("durationMs"u8, (long)(ended - session.StartedAt).TotalMilliseconds);
            json.WriteString("aggregated"u8, output);
            json.WriteBoolean("timedOut"u8, session.TimedOut);
        }
        else
        {
            json.WriteNumber("startedAt"u8, session.StartedAt.ToUnixTimeMilliseconds());
            json.WriteString("tail"u8, output.Length > 2000 ? output[^2000..] : output);
        }

        json.WriteString("cwd"u8, session.Request.Directory);
    });

    private static string ShellOf(ProcessEnvironment environment)
    {
        string shell = environment["SHELL"] ?? "";
        return Path.GetFileName(shell) is "bash" or "sh" or "dash" or "zsh" or "ash" or "ksh" && File.Exists(shell) ? shell
            : File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh";
    }

    // The fourth number of /proc/loadavg is running/all tasks of the machine: more than the user has, so never too strict.
    private static int TasksNow()
    {
        try
        {
            string[] parts = File.ReadAllText("/proc/loadavg").Split(' ');
            return int.Parse(parts[3].AsSpan(parts[3].IndexOf('/', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        }
        catch (Exception cause) when (cause is IOException or FormatException or IndexOutOfRangeException or UnauthorizedAccessException)
        {
            return 4096;
        }
    }
}
