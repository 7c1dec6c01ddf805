using System.CommandLine;

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
                flags.Write(writer, context, name, schedule, context.Parsed.GetValue(second));
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
            context.Print(await context.CallAsync("cron.update", GatewayScopes.Admin, cancellationToken, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, context.Parsed.GetRequiredValue(id));
                writer.WriteStartObject("patch"u8);
                flags.Write(writer, context, null, null, null);
                if (context.Parsed.GetValue(enable) || context.Parsed.GetValue(disable))
                {
                    writer.WriteBoolean("enabled"u8, context.Parsed.GetValue(enable));
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }));
            return (int)ExitCode.Ok;
        });
    }
}
