using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw models</c>: alone it means <c>models status</c>, as in the original.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command models = new("models", "Show, find and choose models")
        {
            ModelsListCommand.Create(shared, world),
            ModelsStatusCommand.Create(shared, world),
            ModelsSetCommand.Create(shared, world),
            ModelsScanCommand.Create(shared, world),
        };
        return models.Does(shared, world, ModelsStatusCommand.RunAsync);
    }
}
