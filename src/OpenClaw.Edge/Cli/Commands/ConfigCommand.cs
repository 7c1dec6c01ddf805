using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw config</c>: the configuration file, without a gateway.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("config", "Read, check and change the configuration file")
        {
            ConfigGetCommand.Create(shared, world),
            ConfigSetCommand.Create(shared, world),
            ConfigSetCommand.CreateUnset(shared, world),
            ConfigValidateCommand.Create(shared, world),
            CreateFile(shared, world),
        }.ShowsHelp(world);

    private static Command CreateFile(CliOptions shared, CliWorld world) =>
        new Command("file", "Print where the file is").Does(shared, world, (context, _) =>
        {
            if (context.Json)
            {
                context.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("path"u8, context.Paths.ConfigPath);
                    writer.WriteEndObject();
                });
            }
            else
            {
                context.Say(context.Paths.ConfigPath);
            }

            return Task.FromResult((int)ExitCode.Ok);
        });
}
