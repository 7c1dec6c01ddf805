using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw cron add</c> and <c>openclaw cron edit</c>.</summary>
internal static class CronEditCommands
{
    public static Command Add(CliOptions shared, CliWorld world)
    {
        Argument<string?> first = new("scheduleOrName") { Description = "When, or the name where --at, --every or --cron is given", Arity = ArgumentArity.ZeroOrOne };
        Argument<string?> second = new("message") { Description = "What the agent is asked", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> disabled = new("--disabled") { Description = "Do not switch it on" };
        Option<string?> declaration = new("--declaration-key") { Description = "Key that names the job to programs", HelpName = "key" };
        CronFlags flags = new(isNew: true);
        Command command = new("add", "Add a job") { first, second, disabled, declaration };
        command.Aliases.Add("create");
        flags.All.ForEach(command.Add);
        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            string? place = context.Parsed.GetValue(first);
            string? schedule = flags.HasSchedule(context.Parsed) ? null : place;
            string? name = schedule is null ? place : null;
            context.Print(await context.CallAsync("cron.add", GatewayScopes.Admin, cancellationToken, writer =>
            {
                writer.WriteStartObject();
                flags.Write(writer, context, default, name, schedule, context.Parsed.GetValue(second));
                if (context.Parsed.GetValue(disabled))
                {
                    writer.WriteBoolean("enabled"u8, false);
                }

                CronFlags.Text(writer, "declarationKey", context.Parsed.GetValue(declaration));
                writer.WriteEndObject();
            }));
            return (int)ExitCode.Ok;
        });
    }

    public static Command Edit(CliOptions shared, CliWorld world)
    {
        Argument<string> id = new("id") { Description = "Id of the job" };
        Option<bool> enable = new("--enable") { Description = "Switch it on" };
        Option<bool> disable = new("--disable") { Description = "Switch it off" };
        CronFlags flags = new(isNew: false);
        Command command = new("edit", "Change a job; what is not named stays") { id, enable, disable };
        flags.All.ForEach(command.Add);
        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            if (context.Parsed.GetValue(enable) && context.Parsed.GetValue(disable))
            {
                throw new CliException(ExitCode.Usage, "give one of --enable and --disable");
            }

            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            string job = context.Parsed.GetRequiredValue(id);
            JsonElement before = await client.CallAsync("cron.get", CronCommand.Id(job), context.Timeout, cancellationToken);
            context.Print(await client.CallAsync(
                "cron.update",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("id"u8, job);
                    CronFlags.Text(writer, "expectedConfigRevision", before.Text("configRevision"));
                    writer.WriteStartObject("patch"u8);
                    flags.Write(writer, context, before, null, null, null);
                    if (context.Parsed.GetValue(enable) || context.Parsed.GetValue(disable))
                    {
                        writer.WriteBoolean("enabled"u8, context.Parsed.GetValue(enable));
                    }

                    writer.WriteEndObject();
                    writer.WriteEndObject();
                },
                context.Timeout, cancellationToken));
            return (int)ExitCode.Ok;
        });
    }
}
