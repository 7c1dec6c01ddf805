using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions delete</c>: asks first, unless told not to.</summary>
internal static class SessionsDeleteCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string[]> keys = new("session")
        {
            Description = "Keys of the conversations",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask" };
        Option<bool> dry = new("--dry-run") { Description = "Only say what would be deleted" };
        return new Command("delete", "Delete conversations with their messages")
        {
            keys, yes, dry,
            new Option<string?>("--agent") { Hidden = true },
        }.Does(shared, world, (context, cancellationToken) => RunAsync(
            context,
            context.Parsed.GetRequiredValue(keys),
            context.Parsed.GetValue(yes),
            context.Parsed.GetValue(dry),
            cancellationToken));
    }

    private static async Task<int> RunAsync(
        CliContext context, string[] keys, bool yes, bool dry, CancellationToken cancellationToken)
    {
        if (!dry && !yes)
        {
            await ConfirmAsync(context, keys, cancellationToken);
        }

        List<(string Key, bool Deleted, string? Error)> outcomes = [];
        if (dry)
        {
            outcomes.AddRange(keys.Select(key => (key, false, (string?)null)));
        }
        else
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            foreach (string key in keys)
            {
                outcomes.Add(await DeleteAsync(client, context, key, cancellationToken));
            }
        }

        bool failed = outcomes.Any(outcome => outcome.Error is not null);
        if (context.Json)
        {
            context.Print(writer => Write(writer, outcomes, dry, failed));
        }
        else
        {
            Say(context, outcomes, dry);
        }

        return (int)(failed ? ExitCode.Failed : ExitCode.Ok);
    }

    private static async Task ConfirmAsync(CliContext context, string[] keys, CancellationToken cancellationToken)
    {
        if (!context.Terminal.InIsTerminal || context.Json)
        {
            throw new CliException(ExitCode.Usage, "deleting needs --yes when nobody can be asked");
        }

        context.Terminal.Ask($"Delete {string.Join(", ", keys)} with all messages? [y/N] ");
        string? answer = await context.Terminal.In.ReadLineAsync(cancellationToken);
        if (answer?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CliException(ExitCode.Failed, "nothing was deleted");
        }
    }

    private static async Task<(string Key, bool Deleted, string? Error)> DeleteAsync(
        GatewayClient client, CliContext context, string key, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement answer = await client.CallAsync(
                "sessions.delete",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("key"u8, key);
                    writer.WriteBoolean("deleteTranscript"u8, true);
                    writer.WriteEndObject();
                },
                context.Timeout,
                cancellationToken);
            bool deleted = answer.Flag("deleted");
            return (key, deleted, deleted ? null : "there is no such conversation");
        }
        catch (CliException e) when (e.Exit == ExitCode.Failed)
        {
            return (key, false, e.Message);
        }
    }

    private static void Write(
        Utf8JsonWriter writer, List<(string Key, bool Deleted, string? Error)> outcomes, bool dry, bool failed)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("ok"u8, !failed);
        writer.WriteBoolean("dryRun"u8, dry);
        writer.WriteStartArray("sessions"u8);
        foreach ((string key, bool deleted, string? error) in outcomes)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key);
            writer.WriteBoolean("deleted"u8, deleted);
            if (error is not null)
            {
                writer.WriteString("error"u8, error);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (failed)
        {
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, "cli_error"u8);
            writer.WriteString("message"u8, outcomes.First(outcome => outcome.Error is not null).Error);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Say(CliContext context, List<(string Key, bool Deleted, string? Error)> outcomes, bool dry)
    {
        foreach ((string key, bool _, string? error) in outcomes)
        {
            if (error is not null)
            {
                context.Note($"openclaw: {key}: {TextLayout.OneLine(error)}");
            }
            else
            {
                context.Say(dry ? $"would delete {key}" : $"deleted {key}");
            }
        }
    }
}
