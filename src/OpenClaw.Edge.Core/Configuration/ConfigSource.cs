using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Where a value was written: a file, or something else with a name.</summary>
internal sealed class ConfigSource
{
    private readonly Json5Document? _document;

    private ConfigSource(string name, bool isMain, Json5Document? document)
    {
        Name = name;
        IsMain = isMain;
        _document = document;
    }

    /// <summary>Path of the file, or the variable's name.</summary>
    public string Name { get; }

    /// <summary>Whether it is the main file, whose name problems leave out.</summary>
    public bool IsMain { get; }

    /// <summary>A file that was read.</summary>
    public static ConfigSource OfFile(string path, bool isMain, Json5Document document) => new(path, isMain, document);

    /// <summary>A variable, an alias or a default.</summary>
    public static ConfigSource OfName(string name) => new(name, false, null);

    /// <summary>Line of an offset in the file's JSON; null when this is no file.</summary>
    public int? LineOf(int jsonOffset) => _document?.Locate(jsonOffset).Line;
}
