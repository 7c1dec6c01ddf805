using System.CommandLine;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox build</c>: makes the images from the Dockerfiles inside this program.</summary>
internal static class SandboxBuildCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> common = new("--common") { Description = "The image with tools for building software" };
        Option<bool> browser = new("--browser") { Description = "The image with Chromium" };
        Option<bool> show = new("--show") { Description = "Only print the Dockerfile" };
        return new Command("build", "Build the image of sandboxes (needs the internet)") { common, browser, show }.Does(
            shared, world, (context, cancellationToken) =>
            {
                bool wantsCommon = context.Parsed.GetValue(common);
                bool wantsBrowser = context.Parsed.GetValue(browser);
                if (wantsCommon && wantsBrowser)
                {
                    throw new CliException(ExitCode.Usage, "--common and --browser are two images; build them one after the other");
                }

                string tag = SandboxImages.Tags[wantsCommon ? 1 : wantsBrowser ? 2 : 0];
                if (context.Parsed.GetValue(show))
                {
                    context.Say(SandboxImages.Dockerfile(tag).TrimEnd());
                    return Task.FromResult((int)ExitCode.Ok);
                }

                return SandboxCommands.WithAsync(context, sandboxes => BuildAsync(context, sandboxes, tag, wantsCommon, cancellationToken));
            });
    }

    private static async Task<int> BuildAsync(
        CliContext context, SandboxInspector sandboxes, string tag, bool onTopOfPlain, CancellationToken cancellationToken)
    {
        DockerEngineClient engine = await sandboxes.EngineAsync(cancellationToken);
        if (onTopOfPlain && await engine.InspectImageAsync(SandboxImages.Tags[0], cancellationToken) is null)
        {
            await SandboxImages.BuildAsync(engine, SandboxImages.Tags[0], SandboxImages.Dockerfile(SandboxImages.Tags[0]), line => Tell(context, line), cancellationToken);
        }

        await SandboxImages.BuildAsync(engine, tag, SandboxImages.Dockerfile(tag), line => Tell(context, line), cancellationToken);
        ImageInspect? image = await engine.InspectImageAsync(tag, cancellationToken);
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("image"u8, tag);
                writer.WriteString("id"u8, image?.Id ?? "");
                writer.WriteEndObject();
            });
        }
        else
        {
            context.Say($"{tag} is built; set agents.defaults.sandbox.docker.image to use another than the default");
        }

        return (int)ExitCode.Ok;
    }

    private static void Tell(CliContext context, ProgressLine line)
    {
        string text = line.Text.TrimEnd();
        if (text.Length > 0)
        {
            context.Note(text);
        }
    }
}
