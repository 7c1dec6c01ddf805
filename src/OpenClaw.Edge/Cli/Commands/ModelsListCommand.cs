using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw models list</c>.</summary>
internal static class ModelsListCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<string?> provider = new("--provider") { Description = "Of this provider only", HelpName = "id" };
        Option<bool> local = new("--local") { Description = "On this machine or network only" };
        Option<bool> plain = new("--plain") { Description = "One key a line" };
        Option<bool> all = new("--all") { Description = "Also those that are not configured" };
        Command command = new("list", "List the models that the gateway knows")
        {
            provider, local, plain, all,
            new Option<bool>("--refresh") { Hidden = true },
            new Option<string?>("--agent") { Hidden = true },
        };
        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            string? wanted = context.Parsed.GetValue(provider);
            string view = context.Parsed.GetValue(all) || wanted is not null ? "all" : "default";
            List<ModelRow> rows = await ModelRow.ListAsync(client, context, view, cancellationToken);
            rows.RemoveAll(row => (wanted is not null && row.Provider != wanted)
                || (context.Parsed.GetValue(local) && !row.Local));
            Show(context, rows, context.Parsed.GetValue(plain));
            return (int)ExitCode.Ok;
        });
    }

    private static void Show(CliContext context, List<ModelRow> rows, bool plain)
    {
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("count"u8, rows.Count);
                writer.WriteStartArray("models"u8);
                rows.ForEach(row => row.Write(writer));
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        }
        else if (plain)
        {
            rows.ForEach(row => context.Say(row.Key));
        }
        else if (rows.Count == 0)
        {
            context.Say("no models; start a model server ('ollama serve', 'lms server start') and look with 'openclaw models scan'");
        }
        else
        {
            TextTable table = new("MODEL", "CONTEXT", "INPUT", "STATE", "TAGS");
            foreach (ModelRow row in rows)
            {
                table.Add(
                    row.Key,
                    HumanText.Count(row.Row.Number("contextTokens") ?? row.Row.Number("contextWindow")),
                    string.Join('+', row.Row.Items("input").Select(kind => kind.GetString())),
                    row.Available switch { true => "available", false => "unreachable", null => "unknown" },
                    string.Join(',', row.Tags));
            }

            table.Write(context.Terminal.Out, context.Paint, context.TableWidth, (column, text) => (column, text) switch
            {
                (3, "available") => context.Paint.Good(text),
                (3, "unreachable") => context.Paint.Bad(text),
                _ => text,
            });
        }
    }
}
