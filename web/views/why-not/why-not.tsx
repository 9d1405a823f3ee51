/** To come. */
export const WhyNot = () => <h1>why-not</h1>;
