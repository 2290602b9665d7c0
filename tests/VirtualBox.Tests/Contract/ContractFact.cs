using Xunit.Abstractions;
using Xunit.Sdk;

namespace VirtualBox.Tests;

/// <summary>A test of the contract: skipped against the real VirtualBox, with the reason, where there can't be one.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("VirtualBox.Tests.ContractFactDiscoverer", "VirtualBox.Tests")]
public sealed class ContractFactAttribute : FactAttribute;

/// <inheritdoc cref="ContractFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("VirtualBox.Tests.ContractTheoryDiscoverer", "VirtualBox.Tests")]
public sealed class ContractTheoryAttribute : TheoryAttribute;

/// <summary>Finds the tests of <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod,
        IAttributeInfo factAttribute) =>
        SkippedTestCase.For(DiagnosticMessageSink, discoveryOptions, testMethod) ?? base.Discover(discoveryOptions, testMethod, factAttribute);
}

/// <summary>Finds the tests of <see cref="ContractTheoryAttribute"/>.</summary>
public sealed class ContractTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod,
        IAttributeInfo theoryAttribute) =>
        SkippedTestCase.For(DiagnosticMessageSink, discoveryOptions, testMethod) ?? base.Discover(discoveryOptions, testMethod, theoryAttribute);
}

/// <summary>A test that can't be run here.</summary>
public sealed class SkippedTestCase : XunitTestCase
{
    [Obsolete("For the deserializer.")]
    public SkippedTestCase()
    {
    }

    private SkippedTestCase(IMessageSink messages, ITestFrameworkDiscoveryOptions options, ITestMethod method)
        : base(messages, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method)
    {
    }

    internal static IEnumerable<IXunitTestCase>? For(IMessageSink messages, ITestFrameworkDiscoveryOptions options, ITestMethod method)
    {
        var isReal = method.TestClass.Class.GetCustomAttributes(typeof(CollectionAttribute)).Any(a =>
            a.GetConstructorArguments().Contains(RealVirtualBox.Name));
        return isReal && RealVirtualBox.WhyNot is not null ? [new SkippedTestCase(messages, options, method)] : null;
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) => RealVirtualBox.WhyNot ?? base.GetSkipReason(factAttribute);
}
