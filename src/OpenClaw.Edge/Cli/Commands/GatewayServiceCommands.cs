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
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(30); // a gateway drains for 20 s at most

    public static Command Start(CliOptions shared, CliWorld world) =>
        new Command("start", "Start the gateway's service").Does(shared, world, (context, cancellationToken) => RunAsync(context, "start", cancellationToken));

    public static Command Stop(CliOptions shared, CliWorld world) =>
        new Command("stop", "Stop the gateway's service, or a gateway that was started by hand")
        {
            new Option<bool>("--force") { Hidden = true },
            new Option<bool>("--disable") { Hidden = true }, // launchd's
        }.Does(shared, world, (context, cancellationToken) => RunAsync(context, "stop", cancellationToken));

    public static Command Restart(CliOptions shared, CliWorld world)
    {
        Option<bool> safe = new("--safe") { Description = "First wait for work that runs, 5 minutes at most" };
        Option<bool> skip = new("--skip-deferral") { Description = "With --safe: do not wait after all" };
        Option<bool> force = new("--force") { Description = "Wait for nothing" };
        Option<string?> wait = new("--wait") { Description = "First wait for work that runs (30s, 5m; 0: as long as it takes)", HelpName = "time" };
        return new Command("restart", "Restart the gateway's service") { safe, skip, force, wait }.Does(shared, world, async (context, cancellationToken) =>
        {
            bool isSafe = context.Parsed.GetValue(safe);
            string? time = context.Parsed.GetValue(wait);
            if ((isSafe || time is not null) && context.Parsed.GetValue(force) || isSafe && time is not null)
            {
                throw new CliException(ExitCode.Usage, "--safe, --wait and --force are three ways; give one of them");
            }

            if (context.Parsed.GetValue(skip) && !isSafe)
            {
                throw new CliException(ExitCode.Usage, "--skip-deferral belongs to --safe");
            }

            TimeSpan? longest = time is not null ? Time(time) : isSafe && !context.Parsed.GetValue(skip) ? s_safe : null;
            if (longest is { } patience)
            {
                await WaitAsync(context, patience, cancellationToken);
            }

            return await RunAsync(context, "restart", cancellationToken);
        });
    }

    // A bare number is milliseconds, as in the original; 0 has no end.
    private static TimeSpan Time(string text) => text.Trim() == "0" ? TimeSpan.MaxValue
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ? TimeSpan.FromMilliseconds(ms)
        : CronTimes.Span(text, "--wait");

    private static async Task<int> RunAsync(CliContext context, string verb, CancellationToken cancellationToken)
    {
        if (!context.IsLocal)
        {
            throw new CliException(ExitCode.Failed, $"the gateway that is meant runs on another machine: run 'openclaw gateway {verb}' there");
        }

        (GatewayUnit? found, string why) = await GatewayUnit.FindAsync(context, cancellationToken);
        if (found is null)
        {
            return await WithoutUnitAsync(context, verb, why, cancellationToken);
        }

        await using GatewayUnit unit = found;
        if (verb == "start" && unit.State.Active == "active")
        {
            Tell(context, verb, "already-running", $"the gateway runs already ({unit.Text}, process {unit.State.MainPid})", unit);
            return (int)ExitCode.Ok;
        }

        if (verb == "stop" && unit.State.Active == "inactive")
        {
            Tell(context, verb, "not-loaded", $"the gateway does not run ({unit.Text})", unit);
            return (int)ExitCode.Ok;
        }

        if (await unit.DoAsync(verb, cancellationToken) is { } problem)
        {
            throw new CliException(ExitCode.Failed, problem);
        }

        string result = verb switch { "start" => "started", "stop" => "stopped", _ => "restarted" };
        Tell(context, verb, result, $"{result}: {unit.Text}{(unit.State.MainPid != 0 ? $", process {unit.State.MainPid}" : "")}", unit);
        return (int)ExitCode.Ok;
    }

    private static async Task<int> WithoutUnitAsync(CliContext context, string verb, string why, CancellationToken cancellationToken)
    {
        int? pid = StateClaim.HolderOf(context.Paths);
        if (verb == "stop" && pid is null)
        {
            Tell(context, verb, "not-loaded", $"no gateway runs on {context.Paths.StateDir}, and it is no service ({why})", null);
            return (int)ExitCode.Ok;
        }

        if (verb == "stop" && pid is > 0 and { } process)
        {
            if (await StateClaim.EndHolderAsync(context.Paths, process, s_farewell, context.Clock, cancellationToken) is { } problem)
            {
                throw new CliException(ExitCode.Failed, problem);
            }

            Tell(context, verb, "stopped", $"stopped: process {process} has ended", null);
            return (int)ExitCode.Ok;
        }

        throw new CliException(
            ExitCode.Failed,
            pid is null
                ? $"the gateway is no service here: {why}. 'openclaw gateway run' starts it in the foreground"
                : $"the gateway is no service here: {why}. {(verb == "start" ? "It runs already" : "End it and start it again (in a container: restart the container)")}");
    }

    // Asks the gateway what runs; one that does not answer has nothing to wait for.
    private static async Task WaitAsync(CliContext context, TimeSpan longest, CancellationToken cancellationToken)
    {
        long began = context.Clock.GetTimestamp();
        string last = "";
        try
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            while (context.Clock.GetElapsedTime(began) < longest)
            {
                JsonElement answer = await client.CallAsync("gateway.restart.preflight", null, context.Timeout, cancellationToken);
                if (answer.Flag("safe"))
                {
                    return;
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
            return;
        }

        context.Note("the time is over; what still runs is ended or stored as interrupted");
    }

    private static void Tell(CliContext context, string action, string result, string message, GatewayUnit? unit)
    {
        if (!context.Json)
        {
            context.Say(message);
            return;
        }

        context.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("action"u8, action);
            json.WriteBoolean("ok"u8, true);
            json.WriteString("result"u8, result);
            json.WriteString("message"u8, message);
            GatewayUnit.Write(json, unit, message);
            json.WriteEndObject();
        });
    }
}
