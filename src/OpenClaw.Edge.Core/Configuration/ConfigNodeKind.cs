namespace OpenClaw.Edge.Configuration;

/// <summary>Kinds of <see cref="ConfigNode"/>.</summary>
internal enum ConfigNodeKind
{
    Object,
    List,
    Text,
    Number,
    True,
    False,
    Null,
}
