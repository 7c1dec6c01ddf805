using System.CommandLine;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw models set</c>: the model that answers when nobody names one, written into the configuration.</summary>
internal static class ModelsSetCommand
{
    private const string Key = "agents.defaults.model";

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> model = new("model") { Description = "provider/model, or an alias" };
        return new Command("set", "Choose the default model") { model }.Does(shared, world, (context, cancellationToken) =>
            RunAsync(context, context.Parsed.GetRequiredValue(model), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string model, CancellationToken cancellationToken)
    {
        EdgeConfig config = context.Config.Config;
        string reference = config.Agents.Defaults.Models
            .FirstOrDefault(entry => string.Equals(entry.Value.Alias, model, StringComparison.OrdinalIgnoreCase)).Key ?? model;
        if (reference.IndexOf('/', StringComparison.Ordinal) is not > 0 || reference.EndsWith('/'))
        {
            throw new CliException(
                ExitCode.Usage, $"'{model}' is neither provider/model nor an alias; 'openclaw models list' shows what there is");
        }

        if (await DoubtAsync(context, reference, cancellationToken) is { } doubt)
        {
            context.Note(context.ErrorPaint.Warn(doubt));
        }

        ConfigEditor editor = new(context.Paths, context.Environment);
        string quoted = ConfigValue.Quote(reference);
        ConfigEdit edit = editor.Set($"{Key}.primary", quoted);
        ModelChoiceConfig? choice = config.Agents.Defaults.Model;
        if (!edit.Accepted && choice is null or { Fallbacks.Count: 0 })
        {
            edit = editor.Set(Key, quoted); // the file has the short form there: "model": "provider/model"
        }

        return ConfigSetCommand.Show(context, edit, Key, $"{Key} to {reference}");
    }

    // A model that cannot be confirmed is saved all the same: its server may only be off.
    private static async Task<string?> DoubtAsync(CliContext context, string reference, CancellationToken cancellationToken)
    {
        try
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            List<ModelRow> rows = await ModelRow.ListAsync(client, context, "all", cancellationToken);
            return rows.Exists(row => row.Key == reference)
                ? null
                : $"'{reference}' is not among the models that the gateway knows now; saved, check it with 'openclaw models status'";
        }
        catch (CliException)
        {
            return null; // no gateway to ask: the next start tells
        }
    }
}
