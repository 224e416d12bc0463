//! Recipes, as the rules have them, expanded with the random values of tests.

use keytrail::rules::recipe;

use super::random::Random;

/// Makes one text of a recipe.
pub fn expand(recipe: &str, random: &mut Random) -> String {
    recipe::expand(recipe, &mut |bound| random.below(bound)).unwrap_or_else(|why| panic!("{recipe}: {why}"))
}
