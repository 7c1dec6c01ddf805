using System.Reflection;
using System.Text;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The images that <c>openclaw sandbox build</c> makes, from Dockerfiles inside this program.</summary>
public static class SandboxImages
{
    private const int TarBlock = 512;

    private static readonly (string Tag, string Resource, string Flag)[] s_known =
    [
        ("openclaw-sandbox:bookworm-slim", "sandbox/Dockerfile", ""),
        ("openclaw-sandbox-common:bookworm-slim", "sandbox/Dockerfile.common", " --common"),
        ("openclaw-sandbox-browser:bookworm-slim", "sandbox/Dockerfile.browser", " --browser"),
    ];

    /// <summary>Names of the images, the plain one first.</summary>
    public static IReadOnlyList<string> Tags { get; } = [.. s_known.Select(image => image.Tag)];

    /// <summary>The command that brings an image to the engine.</summary>
    public static string HowToGet(string image)
    {
        string? flag = s_known.Where(known => known.Tag == image).Select(known => known.Flag).FirstOrDefault();
        return flag is null ? $"docker pull {image}" : "openclaw sandbox build" + flag;
    }

    /// <summary>The Dockerfile of one of <see cref="Tags"/>.</summary>
    public static string Dockerfile(string tag)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(s_known.First(known => known.Tag == tag).Resource)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Builds one of <see cref="Tags"/>, or another image from the text of a Dockerfile. Throws
    /// <see cref="EngineException"/>.</summary>
    public static async Task BuildAsync(
        DockerEngineClient engine, string tag, string dockerfile, Action<ProgressLine> onProgress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        using MemoryStream context = new(Tar("Dockerfile", Encoding.UTF8.GetBytes(dockerfile)));
        await engine.BuildAsync(tag, "Dockerfile", context, onProgress, cancellationToken);
    }

    /// <summary>A tar with one file in it. Source: POSIX ustar.</summary>
    internal static byte[] Tar(string name, byte[] content)
    {
        byte[] tar = new byte[TarBlock + ((content.Length + TarBlock - 1) / TarBlock * TarBlock) + (2 * TarBlock)];
        Span<byte> head = tar.AsSpan(0, TarBlock);
        Encoding.ASCII.GetBytes(name, head);
        Octal(head.Slice(100, 8), 0b110_100_100); // mode 0644
        Octal(head.Slice(108, 8), 0);
        Octal(head.Slice(116, 8), 0);
        Octal(head.Slice(124, 12), content.Length);
        Octal(head.Slice(136, 12), 0);
        head.Slice(148, 8).Fill((byte)' '); // the checksum counts itself as blanks
        head[156] = (byte)'0';
        "ustar\000"u8.CopyTo(head[257..]);
        int sum = 0;
        foreach (byte b in head)
        {
            sum += b;
        }

        Octal(head.Slice(148, 7), sum);
        content.CopyTo(tar, TarBlock);
        return tar;
    }

    private static void Octal(Span<byte> field, long value)
    {
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
