using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Care;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway start|stop|restart</c>: this machine's gateway as a service of systemd. What a person has to do with other rights is
/// said as the line to type.</summary>
internal static class GatewayServiceCommands
{
    private static readonly TimeSpan s_safe = TimeSpan.FromMinutes(5); // the original's
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_anew = TimeSpan.FromSeconds(60);
    private const int StartsItself = -1; // no exit code
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(30); // a gateway drains for 20 s at most

    public static Command Start(CliOptions shared, CliWorld world) =>
        new Command("start", "Start the gateway's service").Does(shared, world, (context, cancellationToken) => Task.FromResult(Run(context, "start", cancellationToken)));

    public static Command Stop(CliOptions shared, CliWorld world) =>
        new Command("stop", "Stop the gateway's service, or a gateway that was started by hand")
        {
            new Option<bool>("--force") { Hidden = true },
            new Option<bool>("--disable") { Hidden = true }, // launchd's
        }.Does(shared, world, (context, cancellationToken) => Task.FromResult(Run(context, "stop", cancellationToken)));

    public static Command Restart(CliOptions shared, CliWorld world)
    {
        Option<bool> safe = new("--safe") { Description = "First wait for work that runs, 5 minutes at most" };
        Option<bool> skip = new("--skip-deferral") { Description = "With --safe: do not wait after all" };
        Option<bool> force = new("--force") { Description = "Wait for nothing" };
        Option<string?> wait = new("--wait") { Description = "First wait for work that runs (30s, 5m; 0: as long as it takes)", HelpName = "time" };
        return new Command("restart", "Restart the gateway's service") { safe, skip, force, wait }.Does(shared, world, (context, cancellationToken) =>
        {
            bool isSafe = context.Parsed.GetValue(safe);
            string? time = context.Parsed.GetValue(wait);
            if (((isSafe || time is not null) && context.Parsed.GetValue(force)) || (isSafe && time is not null))
            {
                throw new CliException(ExitCode.Usage, "--safe, --wait and --force are three ways; give one of them");
            }

            if (context.Parsed.GetValue(skip) && !isSafe)
            {
                throw new CliException(ExitCode.Usage, "--skip-deferral belongs to --safe");
            }

            TimeSpan longest = time is not null ? Time(time) : isSafe && !context.Parsed.GetValue(skip) ? s_safe : TimeSpan.Zero;
            return RestartAsync(context, longest, cancellationToken);
        });
    }

    // A bare number is milliseconds, as in the original; 0 has no end.
    private static TimeSpan Time(string text) => text.Trim() == "0" ? TimeSpan.MaxValue
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ? TimeSpan.FromMilliseconds(ms)
        : CronTimes.Span(text, "--wait");

    private static int Run(CliContext context, string verb, CancellationToken cancellationToken)
    {
        if (!context.IsLocal)
        {
            throw new CliException(ExitCode.Failed, "the gateway that is meant runs on another machine: run this there");
        }

        using GatewayUnit? unit = GatewayUnit.Find(context, out string why);
        if (unit is null && verb == "restart" && StateClaim.HolderOf(context.Paths) is not null)
        {
            return StartsItself;
        }

        string now = unit?.State.Active ?? "";
        string result = (verb, now) switch
        {
            ("start", "active") => "already-running",
            ("stop", "inactive") => "not-loaded",
            ("start", _) => "started",
            ("stop", _) => "stopped",
            _ => "restarted",
        };
        string? problem = unit is null ? WithoutUnit(context, verb, why, ref result, cancellationToken)
            : result is "already-running" or "not-loaded" ? null
            : unit.Do(verb, context.Clock, cancellationToken);
        if (problem is not null)
        {
            throw new CliException(ExitCode.Failed, problem);
        }

        return Tell(context, verb, result, unit is null ? "" : ": " + unit.State.Text + GatewayUnit.Process(unit.State), unit, why);
    }

    private static int Tell(CliContext context, string verb, string result, string more, GatewayUnit? unit, string why)
    {
        string message = result + more;
        if (!context.Json)
        {
            context.Say(message);
            return (int)ExitCode.Ok;
        }

        context.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("action"u8, verb);
            json.WriteBoolean("ok"u8, true);
            json.WriteString("result"u8, result);
            json.WriteString("message"u8, message);
            GatewayUnit.Write(json, unit, why);
            json.WriteEndObject();
        });
        return (int)ExitCode.Ok;
    }

    private static string? WithoutUnit(CliContext context, string verb, string why, ref string result, CancellationToken cancellationToken)
    {
        int? pid = StateClaim.HolderOf(context.Paths);
        if (verb == "stop")
        {
            result = pid is null ? "not-loaded" : "stopped";
            return pid is > 0 and { } process ? StateClaim.EndHolder(context.Paths, process, s_farewell, context.Clock, cancellationToken) : null;
        }

        return "the gateway is no service here: " + why
            + (pid is null ? ". 'openclaw gateway run' starts it in the foreground" : ". It runs already");
    }

    private static async Task<int> RestartAsync(CliContext context, TimeSpan longest, CancellationToken cancellationToken)
    {
        if (longest > TimeSpan.Zero)
        {
            await WaitAsync(context, longest, cancellationToken);
        }

        int code = Run(context, "restart", cancellationToken);
        return code == StartsItself ? await AnewAsync(context, cancellationToken) : code;
    }

    // Nobody looks after its process: the gateway is asked to start itself anew in it, and is waited for.
    private static async Task<int> AnewAsync(CliContext context, CancellationToken cancellationToken)
    {
        using GatewayUnit? none = GatewayUnit.Find(context, out string why);
        string before;
        try
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            before = BootOf(client);
            await client.CallAsync(
                "gateway.restart.request",
                static json =>
                {
                    json.WriteStartObject();
                    json.WriteString("reason"u8, "gateway restart"u8);
                    json.WriteBoolean("skipDeferral"u8, true);
                    json.WriteEndObject();
                },
                context.Timeout,
                cancellationToken);
        }
        catch (CliException refused) when (refused.Exit is ExitCode.Unreachable)
        {
            throw new CliException(ExitCode.Failed, $"the gateway is no service here: {why}, and it does not answer: {refused.Message}");
        }

        // A minute's work may be aborted first, and half a minute lies between two restarts.
        for (long began = context.Clock.GetTimestamp(); context.Clock.GetElapsedTime(began) < s_anew;)
        {
            await Task.Delay(s_between, context.Clock, cancellationToken);
            try
            {
                await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
                if (BootOf(client) != before)
                {
                    return Tell(context, "restart", "restarted", ": process " + StateClaim.HolderOf(context.Paths), null, why);
                }
            }
            catch (CliException going) when (going.Exit is not ExitCode.Unauthorized)
            {
                // it is on its way
            }
        }

        throw new CliException(ExitCode.Failed, "the gateway has not started anew in time: 'openclaw logs' shows why");
    }

    private static string BootOf(GatewayClient client) => client.Hello.Member("server") is { ValueKind: JsonValueKind.Object } server ? server.Text("bootId") ?? "" : "";

    // Asks the gateway what runs; one that does not answer has nothing to wait for.
    private static async Task WaitAsync(CliContext context, TimeSpan longest, CancellationToken cancellationToken)
    {
        long began = context.Clock.GetTimestamp();
        string last = "";
        try
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            while (true)
            {
                JsonElement answer = await client.CallAsync("gateway.restart.preflight", null, context.Timeout, cancellationToken);
                bool late = context.Clock.GetElapsedTime(began) >= longest;
                if (answer.Flag("safe") || late)
                {
                    context.Note(late ? "the time is over; what still runs is ended, or stored as interrupted" : "nothing runs");
                    break;
                }

                if (answer.Text("summary") is { } summary && summary != last)
                {
                    context.Note(TextLayout.OneLine(last = summary));
                }

                await Task.Delay(s_between, context.Clock, cancellationToken);
            }
        }
        catch (CliException unanswered) when (unanswered.Exit is ExitCode.Unreachable)
        {
            // nothing to wait for
        }
    }
}
